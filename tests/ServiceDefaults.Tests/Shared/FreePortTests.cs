using System.Net;
using System.Net.Sockets;
using ApeTest.Tests.Shared;

namespace ApeTest.ServiceDefaults.Tests.Shared;

public sealed class FreePortTests
{
    [Fact]
    public void Take_ManyAtOnce_GivesNoneTwiceAndEachCanBeListenedOn()
    {
        var ports = new int[50];

        Parallel.For(0, ports.Length, i => ports[i] = FreePort.Take());

        Assert.Equal(ports.Length, ports.Distinct().Count());
        foreach (var port in ports)
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
    }

    [Fact]
    public void Take_WhereTheSystemSaysWhichPortsItGivesOut_IsNoneOfThem()
    {
        const string range = "/proc/sys/net/ipv4/ip_local_port_range";
        var first = File.Exists(range) ? int.Parse(File.ReadAllText(range).Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture) : int.MaxValue;

        // A machine whose system gives out nearly all of them leaves no room below: some of ours are then among them.
        Assert.True(FreePort.Take() < first || first < 30_000);
    }
}
