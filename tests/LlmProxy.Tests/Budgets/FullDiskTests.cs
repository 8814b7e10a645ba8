using ApeTest.LlmProxy.Budgets;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Tests.Upstream;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Budgets;

public sealed class FullDiskTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FullDisk _disk = new();
    private readonly LogRecorder _logs = new();

    private string File => _directory.Combine("budgets.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void TryAdmit_DiskFull_RefusesTakesNothingAndRecoversByItself()
    {
        using var admission = Open();
        admission.Spend(1, 0, "a");
        _disk.IsFull = true;
        for (var i = 0; i < 5; i++)
        {
            var refusal = admission.Try(1, 0, "a")!;
            Assert.Equal((503, "budget_file_unwritable", (int?)5), (refusal.Status, refusal.Code, refusal.RetryAfter));
        }

        Assert.Equal(5, _disk.Refused);
        _disk.IsFull = false;
        Assert.Equal(3, admission.Count(1, 0, "a")); // of 4: the refused ones took nothing
        Assert.Single(_logs.Lines, line => line.Event == "llm.budgets.unwritable");
        Assert.Single(_logs.Lines, line => line.Event == "llm.budgets.writable");
    }

    [Fact]
    public void TryAdmit_AfterAFullDisk_TheFileIsWhole()
    {
        using var admission = Open();
        admission.Spend(1, 0, "a");
        _disk.IsFull = true;
        Assert.NotNull(admission.Try(1, 0, new string('n', 100))); // half a line, longer than the next
        _disk.IsFull = false;
        admission.Spend(1, 0, "b");
        var copy = _directory.Combine("copy.jsonl");
        System.IO.File.Copy(File, copy);
        Assert.EndsWith("}\n", System.IO.File.ReadAllText(copy), StringComparison.Ordinal);
        using var next = Budgeted.Open(copy, Limits);
        Assert.Equal(3, next.Count(1, 0, "a"));
        Assert.Equal(3, next.Count(1, 0, "b"));
    }

    [Fact]
    public void TryAdmit_DiskFull_CallsThatAreWrittenAlreadyGoOn()
    {
        using var admission = Budgeted.Admission((key, _) => key.MaxTokens = 64_000, files: new LedgerFiles(File, _disk.Create));
        admission.Spend(1); // the file now says 1,000
        _disk.IsFull = true;
        Assert.Equal(999, admission.Count(1));
    }

    [Fact]
    public async Task TryAdmit_DiskFullAndManyAtOnce_NoneSlipsPast()
    {
        using var admission = Open();
        _disk.IsFull = true;
        var refusals = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => admission.Try(1, 0, $"run-{i % 7}"))));
        Assert.All(refusals, refusal => Assert.Contains(refusal!.Code, new[] { "budget_file_unwritable", "budget_exhausted" }));
        _disk.IsFull = false;
        Assert.Equal(4, admission.Count(1, 0, "run-0"));
    }

    [Fact]
    public void Rewrite_NothingCanBeCreated_TheOldFileIsAppendedToUntilItCan()
    {
        // Creating fails, appending does not: as in a directory that has become unwritable.
        var writable = true;
        using var admission = Budgeted.Admission((_, budgets) => budgets.MaxRequestsPerRun = 64, files: new LedgerFiles(File,
            path => writable ? new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0) : throw new UnauthorizedAccessException("denied")));
        writable = false;
        for (var i = 0; i < 1500; i++)
        {
            admission.Spend(1, 0, $"run-{i % 40}");
        }

        Assert.Equal(1 + 1500, System.IO.File.ReadAllLines(File).Length);
        writable = true;
        for (var i = 1500; i < 2100; i++)
        {
            admission.Spend(1, 0, $"run-{i % 40}");
        }

        Assert.InRange(System.IO.File.ReadAllLines(File).Length, 1 + 40, 200);
    }

    [Fact]
    public void Open_DiskFull_IsRefused()
    {
        _disk.IsFull = true;
        Assert.Contains("No space left", Assert.Throws<LlmProxyConfigException>(Open).Message, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    private static void Limits(ProxyKeyOptions key, BudgetOptions budgets) => budgets.MaxRequestsPerRun = 4;

    private Admission Open()
    {
        var options = new LlmProxyOptions();
        Limits(new ProxyKeyOptions(), options.Budgets);
        return new Admission(options, new FakeTimeProvider(), _logs.CreateLogger("ApeTest.Admission"), new LedgerFiles(File, _disk.Create));
    }
}
