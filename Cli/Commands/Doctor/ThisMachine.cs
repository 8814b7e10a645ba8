using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ApeTest.Cli.Readiness;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>The machine that this process runs on.</summary>
internal sealed class ThisMachine : IMachine
{
    public MachineLimits Limits { get; } = MachineLimits.OfProcess();

    public DateTimeOffset? Built => typeof(ThisMachine).Assembly.Location is { Length: > 0 } file ? new FileInfo(file).LastWriteTimeUtc : null;

    public string Feed => PackageFeed.Name;

    public async Task<(int Code, string Output)?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start);
            if (process is null)
            {
                return null;
            }
            try
            {
                process.StandardInput.Close();
                var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
                await process.WaitForExitAsync(cancellationToken);
                return (process.ExitCode, (await output + await error).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public bool IsTaken(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // Connections that have just ended do not make a port taken.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public long? FreeBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool CanWrite(string directory)
    {
        var probe = Path.Combine(directory, $".ape-test-{Environment.ProcessId}.tmp");
        try
        {
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
