using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Readiness;

/// <summary>Whether this machine has the addresses that agents are to come from: found out before any of them tries.</summary>
internal static class SourceAddressCheck
{
    private const int MostShown = 8;

    /// <summary>Binds a socket to each address. One that is not of this machine throws <see cref="ApeTestException"/> (exit 3).</summary>
    public static void Bind(ImmutableArray<string> addresses)
    {
        foreach (var text in addresses)
        {
            var address = IPAddress.Parse(text);
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, 0));
            }
            catch (SocketException exception)
            {
                throw new ApeTestException($"`target.sourceAddresses`: no connection can come from {text}: {exception.Message}", $"{Own(address.AddressFamily)} Name one of those, or remove it.", ExitCodes.Environment, exception);
            }
        }
    }

    private static string Own(AddressFamily family)
    {
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static each => each.GetIPProperties().UnicastAddresses)
            .Select(static each => each.Address)
            .Where(address => address.AddressFamily == family)
            .Select(static address => address.ToString())
            .ToList();
        return own.Count == 0 ? "This machine has no such addresses." : $"This machine has {string.Join(", ", own.Take(MostShown))}{(own.Count > MostShown ? ", ..." : string.Empty)}.";
    }
}
