using System.Diagnostics;
using System.Text;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.EndToEnd.Tests.FirstRun;

/// <summary>The wizard at a terminal.</summary>
public sealed class WizardTests
{
    [Fact]
    public async Task Wizard_AnswersForAnApi_WritesAScenarioThatRuns()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var directory = new TempDirectory();
        await using var terminal = Terminal.Start(directory, "init --no-color");

        await terminal.AnswerAsync("What do you want to test?", "\r");
        await terminal.AnswerAsync("Where is it?", "ftp://nowhere\r");
        await terminal.AnswerAsync("is not an http or https URL", $"{library.Url}\r");
        await terminal.AnswerAsync("What do its users want?", "\r");
        await terminal.AnswerAsync("Which cardNumber", "\r");
        await terminal.AnswerAsync("Which pin", "\r");
        await terminal.AnswerAsync("How many simulated users", "none\r");
        await terminal.AnswerAsync("is not a whole number", "2\r");
        await terminal.AnswerAsync("For how long?", "\r");
        Assert.Equal("0", await terminal.CodeAsync());

        (await ApeProcess.RunAsync(directory, "start", "--iterations", "4")).Exits(0);
        Assert.Equal((2, 4), ((await RunOnDisk.ReadAsync(directory)).Summary.Run.Agents, library.Loans.Count));
    }

    [Fact]
    public async Task Wizard_CtrlC_LeavesNothingBehind()
    {
        using var directory = new TempDirectory();
        await using var terminal = Terminal.Start(directory, "init --no-color");

        await terminal.AnswerAsync("What do you want to test?", "\r");
        await terminal.AnswerAsync("Where is it?", "\u0003");

        Assert.Equal("130", await terminal.CodeAsync());
        Assert.Equal(["code"], Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Wizard_AFileExists_AsksAndKeepsIt()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory.Combine("users.csv"), "name,password\nmine,mine\n", TestContext.Current.CancellationToken);
        await using var terminal = Terminal.Start(directory, "init --no-color --template rest --agents 1 --duration 5s --model builtin/planner");

        await terminal.AnswerAsync("users.csv exists. Replace it?", "\r");

        Assert.Equal("0", await terminal.CodeAsync());
        Assert.Contains("mine,mine", await File.ReadAllTextAsync(directory.Combine("users.csv"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(directory.Combine("ape.yaml")));
    }

    /// <summary>A pseudo-terminal of util-linux' <c>script</c>: what is on it, and what is typed.</summary>
    private sealed class Terminal : IAsyncDisposable
    {
        private readonly TempDirectory _directory;
        private readonly Process _process;
        private readonly StringBuilder _shown = new();
        private readonly Task _reading;
        private int _read;

        private Terminal(TempDirectory directory, Process process)
        {
            (_directory, _process) = (directory, process);
            _reading = ReadAsync();
        }

        public static Terminal Start(TempDirectory directory, string arguments)
        {
            Requires.That(OperatingSystem.IsLinux(), "the terminal is one of util-linux' script");
            Requires.Command("script");
            return new Terminal(directory, ApeShell.Start(directory,
                $"export OLLAMA_HOST=127.0.0.1:9 TERM=xterm; unset CEREBRAS_API_KEY OPENAI_API_KEY; exec script -qec \"exec sh -c 'trap : INT; stty rows 24 cols 80; \\$APE {arguments}; echo \\$? >code'\" /dev/null"));
        }

        /// <summary>Waits until a text is shown that was not there at the last answer, then types.</summary>
        public async Task AnswerAsync(string question, string keys)
        {
            try
            {
                await ApeShell.UntilAsync(() => Shown()[_read..].Contains(question, StringComparison.Ordinal));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{question}' was not asked:\n{Shown()}");
            }
            _read = Shown().IndexOf(question, _read, StringComparison.Ordinal) + question.Length;
            await _process.StandardInput.WriteAsync(keys);
            await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        }

        /// <summary>The exit code of what ran there.</summary>
        public async Task<string> CodeAsync()
        {
            var file = _directory.Combine("code");
            await ApeShell.UntilAsync(() => File.Exists(file) && new FileInfo(file).Length > 0);
            return (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
            await _reading;
            _process.Dispose();
        }

        private string Shown()
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }

        private async Task ReadAsync()
        {
            var buffer = new char[4096];
            while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
            {
                lock (_shown)
                {
                    _shown.Append(buffer, 0, count);
                }
            }
        }
    }
}
