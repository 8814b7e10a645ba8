using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>A model of one's own in a container: only where APETEST_OLLAMA_MODEL names one, since it is large.</summary>
public sealed class OllamaContainerTests
{
    private const ushort Port = 11434;

    [Fact]
    public async Task Start_WithAModelOfTheStacksOllama_JudgesItsSessions()
    {
        // Not Requires: a complete build machine need not have a model.
        Assert.SkipWhen(Environment.GetEnvironmentVariable("APETEST_OLLAMA_MODEL") is not { Length: > 0 }, "APETEST_OLLAMA_MODEL names no model, such as qwen2.5:0.5b");
        var model = Environment.GetEnvironmentVariable("APETEST_OLLAMA_MODEL")!;
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var network = await StackContainer.CreateNetworkAsync(cancellationToken);
        await using var ollama = await StackContainer.StartAsync(
            network, "ollama", Port, builder => builder.WithWaitStrategy(StackContainer.WhenItAnswers(Port, "/api/version")), cancellationToken);
        await ollama.ExecAsync("ollama", "pull", model);
        using var directory = new TempDirectory();

        var result = await Machine.ApeAsync(directory.Path, new() { ["OLLAMA_HOST"] = ollama.Url.ToString() },
            "start", "--model", $"ollama/{model}", "--agents", "1", "--iterations", "1", "--quiet");

        // A small model may miss its goal; that the session was led by it and judged is what is asked here.
        Assert.True(result.Code is 0 or 99, result.Error);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(1, run.Summary.Sessions.Started);
        Assert.NotEmpty(run.Sessions);
    }
}
