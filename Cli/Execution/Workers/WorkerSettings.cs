namespace ApeTest.Cli.Execution.Workers;

/// <summary>What the worker processes of a run are told.</summary>
/// <param name="Run">Run id: they work for no other.</param>
/// <param name="Queue">Value of <c>APETEST_QUEUE</c>.</param>
/// <param name="TokenFile">File of the token that gateway and proxy ask for.</param>
/// <param name="Gateway">Gateway; null where the run needs none.</param>
/// <param name="LlmProxy">LLM proxy; null where the run needs none.</param>
/// <param name="Logs">Folder of their log files.</param>
internal sealed record WorkerSettings(string Run, string Queue, string TokenFile, Uri? Gateway, Uri? LlmProxy, string Logs);
