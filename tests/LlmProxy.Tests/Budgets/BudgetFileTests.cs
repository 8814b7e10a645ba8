using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApeTest.LlmProxy.Tests.Budgets;

public sealed class BudgetFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string File => _directory.Combine("budgets.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_AfterAnOrderlyEnd_RemembersExactly()
    {
        using (var first = Budgeted.Open(File, Limits))
        {
            for (var i = 0; i < 37; i++)
            {
                first.Spend(10, 0.001m, "r1");
            }
        }

        using var second = Budgeted.Open(File, Limits);
        Assert.Equal(10_000 - 370, second.Count(1));
        Assert.Contains("370 spent", second.Try(5000, 0, "r1")!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(500)]
    public void Open_AfterAKill_RemembersAtLeastWhatWasSpentAndReserved(int calls)
    {
        using var killed = Budgeted.Open(File, Limits);
        for (var i = 0; i < calls; i++)
        {
            killed.Spend(10, 0.001m, "r1");
        }

        killed.Take(25, 0.002m, "r1"); // under way when it dies
        using var next = Budgeted.Open(Copy(), Limits);
        var left = next.Count(1);
        var used = (calls * 10) + 25;
        Assert.InRange(left, 10_000 - used - (10_000 / Budget.Steps) - 1, 10_000 - used);
    }

    [Fact]
    public void Open_AfterAKill_ForgetsNoRequest()
    {
        static void Few(ProxyKeyOptions key, BudgetOptions budgets) => (key.MaxRequests, budgets.MaxRequestsPerRun) = (5, 3);
        using var killed = Budgeted.Open(File, Few);
        killed.Take(1, 0, "r1");
        killed.Spend(1, 0, "r1");
        using var next = Budgeted.Open(Copy(), Few);
        Assert.Equal(1, next.Count(1, 0, "r1"));
        Assert.Equal(2, next.Count(1, 0, "r2"));
    }

    [Fact]
    public void Settle_TookFarMoreThanReserved_IsInTheFileAtOnce()
    {
        using var killed = Budgeted.Open(File, Limits);
        var call = killed.Take(1);
        killed.Settle(in call, 9_990, 0);
        using var next = Budgeted.Open(Copy(), Limits);
        Assert.InRange(next.Count(1), 0, 10);
    }

    [Fact]
    public void TryAdmit_ManyCalls_WritesFewLines()
    {
        using var admission = Budgeted.Open(File, Limits);
        for (var i = 0; i < 9_000; i++)
        {
            admission.Spend(1);
        }

        Assert.InRange(System.IO.File.ReadAllLines(File).Length, 2, Budget.Steps + 2);
    }

    [Theory]
    [InlineData("{\"key\":\"ci\",\"tokens\":99")]
    [InlineData("{")]
    [InlineData("{\"key\":\"ci\",\"tokens\":9999,\"costUsd\":0,\"requests\":9}")] // whole, but its line feed was not written
    public void Open_LastLineNotWrittenToItsEnd_IsIgnored(string rest)
    {
        Write("""{"key":"ci","tokens":4000,"costUsd":0,"requests":4}""" + "\n" + rest);
        using (var admission = Budgeted.Open(File, Limits))
        {
            Assert.Equal(6_000, admission.Count(1));
        }

        Assert.All(System.IO.File.ReadAllLines(File), line => Assert.EndsWith("}", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{\"key\":\"ci\",\"tokens\":-4,\"costUsd\":0,\"requests\":4}")]
    [InlineData("{\"key\":\"ci\",\"run\":\"r\",\"tokens\":4,\"costUsd\":0,\"requests\":4}")]
    [InlineData("{\"key\":\"ci\",\"tokens\":4}")]
    [InlineData("{\"key\":\"ci\",\"tokens\":4,\"costUsd\":7e28,\"requests\":4}")]
    [InlineData("{\"key\":\"ci\",\"tokens\":4,\"costUsd\":0,\"requests\":4,\"other\":1}")]
    [InlineData("")]
    public void Open_CorruptLine_IsRefusedWithPathAndLineAndLeftAsItIs(string line)
    {
        Write("""{"key":"ci","tokens":4000,"costUsd":0,"requests":4}""" + "\n" + line + "\n" + """{"run":"r","tokens":1,"costUsd":0,"requests":1}""" + "\n");
        var before = System.IO.File.ReadAllBytes(File);
        var error = Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(File, Limits));
        Assert.Contains($"{File} line 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Write("");
        Budgeted.Open(File, Limits).Dispose(); // and its lock was let go
    }

    [Theory]
    [InlineData("{\"name\":\"package\"}\n")]
    [InlineData("something else without a line feed")]
    public void Open_AnotherFile_IsRefusedAndLeftAsItIs(string text)
    {
        System.IO.File.WriteAllText(File, text);
        Assert.Contains("is not a budget file", Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(File, Limits)).Message, StringComparison.Ordinal);
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Open_EmptyFile_IsRefusedUntilItIsDeleted()
    {
        System.IO.File.WriteAllText(File, "");
        Assert.Contains("delete it to start with nothing spent", Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(File, Limits)).Message, StringComparison.Ordinal);
        System.IO.File.WriteAllText(File, LedgerLine.Header); // its line feed is lost
        Assert.Contains("is not a budget file", Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(File, Limits)).Message, StringComparison.Ordinal);
        System.IO.File.Delete(File);
        Budgeted.Open(File, Limits).Dispose();
    }

    [Fact]
    public void Open_FileOfAnEarlierProxyIsGone_IsTold()
    {
        var logs = new LogRecorder();
        Open(logs).Dispose();
        Assert.Empty(logs.Lines);
        System.IO.File.Delete(File);
        Open(logs).Dispose();
        Assert.Equal("llm.budgets.missing", Assert.Single(logs.Lines).Event);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("replace by a copy")]
    [InlineData("replace by another")]
    [InlineData("cut off")]
    public void TryAdmit_FileLostWhileInUse_IsWrittenAnewAndTold(string how)
    {
        var logs = new LogRecorder();
        using var killed = Open(logs);
        killed.Spend(1, 0, "a");
        killed.Spend(1, 0, "a");
        killed.Spend(1, 0, "b");
        switch (how)
        {
            case "delete":
                System.IO.File.Delete(File);
                break;
            case "replace by a copy":
                System.IO.File.WriteAllText(File + "2", System.IO.File.ReadAllText(File));
                System.IO.File.SetLastWriteTimeUtc(File + "2", System.IO.File.GetLastWriteTimeUtc(File).AddSeconds(1));
                System.IO.File.Move(File + "2", File, overwrite: true);
                break;
            case "replace by another":
                System.IO.File.WriteAllText(File + "2", LedgerLine.Header + "\n");
                System.IO.File.Move(File + "2", File, overwrite: true);
                break;
            default:
                using (var open = new FileStream(File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                {
                    open.SetLength(40);
                }

                break;
        }

        killed.Spend(1, 0, "b");
        killed.Spend(1, 0, "b");
        Assert.Equal("llm.budgets.lost", Assert.Single(logs.Lines).Event);
        using var next = Budgeted.Open(Copy(), static (_, budgets) => budgets.MaxRequestsPerRun = 4);
        Assert.Equal((2, 1), (next.Count(1, 0, "a"), next.Count(1, 0, "b")));
    }

    [Fact]
    public void TryAdmit_LimitsAndFiguresOfAnySize_TheFileCanBeReadAgain()
    {
        // Beyond what the options allow: what a caller states and a provider tells knows no bounds either.
        static void Huge(ProxyKeyOptions key, BudgetOptions budgets) => (key.MaxRequests, budgets.MaxTokensPerRun) = (long.MaxValue, long.MaxValue);
        using var killed = Budgeted.Open(File, Huge);
        killed.Take(long.MaxValue / 2, 1e20m, "r1");
        killed.Take(long.MaxValue / 2, 1e20m, "r1");
        killed.Take(long.MaxValue / 2, 1e20m, "r2");
        using var next = Budgeted.Open(Copy(), Huge);
        Assert.Null(next.Try(1));
    }

    [Fact]
    public void Open_FileOfARunningProxy_IsRefused()
    {
        using (Budgeted.Open(File, Limits))
        {
            Assert.Contains("in use by another proxy", Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(File, Limits)).Message, StringComparison.Ordinal);
        }

        Budgeted.Open(File, Limits).Dispose();
    }

    [Fact]
    public void Open_DirectoryMissing_IsRefusedWithTheFix()
    {
        var error = Assert.Throws<LlmProxyConfigException>(() => Budgeted.Open(_directory.Combine("nowhere", "b.jsonl"), Limits));
        Assert.Contains("directory that exists", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Device_IsRefusedAndNotReplaced()
    {
        Requires.That(System.IO.File.Exists("/dev/full"), "there is no /dev/full");
        using var ledger = new LedgerFiles("/dev/full");
        Assert.Contains("device", Assert.Throws<IOException>(ledger.OpenOld).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OnUnix_OnlyTheOwnerMayRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        Write("");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using var admission = Budgeted.Open(File, Limits);
        admission.Take(1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File + ".lock"));
    }

    [Fact]
    public void Open_ThroughALink_KeepsTheLink()
    {
        Requires.That(!OperatingSystem.IsWindows(), "links need a privilege on Windows");
        Write("");
        var link = _directory.Combine("link.jsonl");
        System.IO.File.CreateSymbolicLink(link, File);
        Budgeted.Open(link, Limits).Dispose();
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.StartsWith(LedgerLine.Header, System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ManyRuns_TheFileStaysShortAndNothingIsLost()
    {
        static void Each(ProxyKeyOptions key, BudgetOptions budgets) => budgets.MaxRequestsPerRun = 64;
        using var killed = Budgeted.Open(File, Each);
        for (var round = 0; round < 40; round++)
        {
            for (var run = 0; run < 100; run++)
            {
                killed.Spend(1, 0, $"run-{run}");
            }
        }

        Assert.InRange(System.IO.File.ReadAllLines(File).Length, 101, 1100); // 4,000 lines were written
        using var next = Budgeted.Open(Copy(), Each);
        Assert.Equal(24, next.Count(1, 0, "run-0"));
        Assert.Equal(24, next.Count(1, 0, "run-99"));
    }

    [Fact]
    public void Keep_KeyThatIsNoLongerConfigured_StaysInTheFile()
    {
        Write("""{"key":"retired","tokens":7,"costUsd":0,"requests":1}""" + "\n");
        Budgeted.Open(File, Limits).Dispose();
        Assert.Contains("\"retired\"", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void TryAdmit_AfterClose_IsRefused()
    {
        var admission = Budgeted.Open(File, Limits);
        var late = admission.Take(5);
        admission.Dispose();
        Assert.Equal("budget_file_unwritable", admission.Try(1)!.Code);
        admission.Settle(in late, 5, 0);
    }

    [Theory]
    [InlineData("näme \"quoted\" \\ \n line")]
    [InlineData("\u0001\u2028 \ud83d\ude00")]
    public void Open_AnyName_IsReadAsItWasWritten(string run)
    {
        static void One(ProxyKeyOptions key, BudgetOptions budgets) => budgets.MaxRequestsPerRun = 1;
        using var killed = Budgeted.Open(File, One);
        killed.Take(1, 0, run);
        using var next = Budgeted.Open(Copy(), One);
        Assert.NotNull(next.Try(1, 0, run));
    }

    [Fact]
    public void Find_MoreRunsThanAreKept_ForgetsTheOneIdleLongest()
    {
        using var ledger = BudgetLedger.Open(new LedgerFiles(File), NullLogger.Instance);
        var runs = new RunBudgets(new BudgetLimits(null, null, 5), ledger, NullLogger.Instance, most: 2);
        var a = runs.Find("a")!;
        a.Reserve(0, 0);
        runs.Hold(a);
        runs.Find("b");
        runs.Find("c"); // a is busy: b goes
        Assert.Equal(["a", "c"], runs.All.Select(run => run.Name).Order());
        var c = runs.Find("c")!;
        c.Reserve(0, 0);
        runs.Hold(c);
        Assert.Null(runs.Find("d"));
        a.Settle(0, 0, 0, 0);
        runs.Release(a);
        Assert.Equal(0, runs.Find("d")!.Spent.Requests);
        Assert.Equal(["c", "d"], runs.All.Select(run => run.Name).Order());
        Assert.Equal(["c", "d"], ledger.Entries.Select(entry => entry.Name).Order());
    }

    private static void Limits(ProxyKeyOptions key, BudgetOptions budgets) =>
        (key.MaxTokens, key.MaxCostUsd, budgets.MaxTokensPerRun, budgets.MaxCostUsdPerRun) = (10_000, 10, 5_200, 5);

    private Admission Open(LogRecorder logs)
    {
        var options = new LlmProxyOptions { Budgets = { MaxRequestsPerRun = 4 } };
        return new Admission(options, new FakeTimeProvider(), logs.CreateLogger("ApeTest.Admission"), new LedgerFiles(File));
    }

    private void Write(string lines) => System.IO.File.WriteAllText(File, LedgerLine.Header + "\n" + lines);

    /// <summary>The file as a killed process leaves it: its proxy still has it open and never says goodbye.</summary>
    private string Copy()
    {
        var copy = _directory.Combine("copy.jsonl");
        System.IO.File.Copy(File, copy);
        return copy;
    }
}
