using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Live;

/// <summary>A terminal of given size in which a shell runs: tmux with a server of its own, whose screen can be read and whose keys can be pressed.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    private readonly string _tmux = Requires.Command("tmux");
    private readonly string _socket;

    private Tmux(TempDirectory directory) => _socket = directory.Combine("tmux.sock");

    /// <summary>Opens a terminal; in its shell <c>$APE</c> is the command line of <c>ape-test</c>.</summary>
    public static async Task<Tmux> OpenAsync(TempDirectory directory, int columns, int rows)
    {
        Requires.That(!OperatingSystem.IsWindows(), "the terminal is one of tmux");
        var tmux = new Tmux(directory);
        await tmux.RunAsync("-f", "/dev/null", "new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "-c", directory.Path,
            "-e", $"APE=dotnet {Path.Combine(AppContext.BaseDirectory, "ape-test.dll")}", "-e", "NO_COLOR=", "-e", "PS1=$ ", "-e", "LC_ALL=C.UTF-8", "sh");
        return tmux;
    }

    /// <summary>Types a line.</summary>
    public Task TypeAsync(string line) => RunAsync("send-keys", line, "Enter");

    /// <summary>Presses one key.</summary>
    public Task PressAsync(string key) => RunAsync("send-keys", key);

    /// <summary>What stands on the screen.</summary>
    public Task<string> ScreenAsync() => RunAsync("capture-pane", "-p");

    /// <summary>Changes the terminal's size.</summary>
    public Task ResizeAsync(int columns, int rows) => RunAsync("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>Waits until the screen is as wanted, and returns it.</summary>
    public async Task<string> UntilAsync(Func<string, bool> wanted)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TestTimeouts.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        var screen = string.Empty;
        try
        {
            while (!wanted(screen = await ScreenAsync()))
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
            return screen;
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The screen never was as wanted:\n{screen}");
        }
    }

    public async ValueTask DisposeAsync() => await RunAsync("kill-server");

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_tmux, ["-u", "-S", _socket, .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        return output;
    }
}
