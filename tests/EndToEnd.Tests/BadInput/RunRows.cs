using System.Globalization;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>Commands on runs that are not there, are broken or cannot be reached, and the sample shop.</summary>
internal static class RunRows
{
    private const string First = "20261121-120000-00aa";
    private const string Second = "20261121-120001-00bb";

    private static readonly (string, string)[] Empty = [($".ape/runs/{First}/logs/agent.jsonl", "")];
    private static readonly (string, string)[] NoDirectory = [(".ape/runs", "a file")];
    private static readonly (string, string)[] NoDirectoryAbove = [(".ape", "a file")];
    private static readonly (string, string)[] Broken = [($".ape/runs/{First}/run.json", "{ broken")];
    private static readonly (string, string)[] Two = [($".ape/runs/{First}/logs/agent.jsonl", ""), ($".ape/runs/{Second}/logs/agent.jsonl", "")];

    private static readonly (string, string)[] Running =
    [
        ($".ape/runs/{First}/run.json", $$"""{"run":"{{First}}","scenario":"x","status":"running","pid":{{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}},"control_url":"http://127.0.0.1:9/","started":"2026-11-21T12:00:00Z","heartbeat":"2099-11-21T12:00:00Z","agents":1}"""),
        ($".ape/runs/{First}/control.token", "hush"),
    ];

    public static BadRow[] All { get; } =
    [
        new(2, "status", "no runs"),
        new(2, "stop", "no runs"),
        new(2, "logs", "no runs"),
        new(2, "status 7f3a", "no runs"),
        new(2, "status 20991231", "20991231") { Files = Empty },
        new(2, "stop 20991231", "20991231") { Files = Empty },
        new(2, "logs 20991231", "20991231") { Files = Empty },
        new(2, "status ../../etc", "etc") { Files = Empty },
        new(2, "logs 20261121", "20261121") { Files = Two },
        new(2, "stop 20261121", "20261121") { Files = Two },
        new(2, "stop", "interrupted") { Files = Broken },
        new(3, "stop", First) { Files = Running },
        new(3, "status", First) { Files = Running },
        .. new[] { "runs", "report", "compare last", "rerun", "status", "logs", "stop", "start --iterations 1" }.Select(static command => new BadRow(3, command, ".ape/runs") { Files = NoDirectory }),
        .. new[] { "runs", "report", "rerun", "start --iterations 1" }.Select(static command => new BadRow(3, command, ".ape") { Files = NoDirectoryAbove }),
        new(2, "rerun", "no runs"),
        new(2, "rerun last --workers many", "--workers 'many'"),
        new(2, "rerun last --keep", "--keep|--compose"),
        new(2, "rerun last --compose --stack {server}", "--compose|--stack"),
        new(2, "status --format xml", "--format 'xml' is unknown|Use text or json."),
        new(2, "runs extra", "unexpected argument 'extra'"),
        new(2, "runs --format table", "--format 'table' is unknown"),
        new(2, "logs --level fatal", "--level 'fatal' is unknown|trace, debug, info, warn, error") { Files = Empty },
        new(2, "logs --service gatway", "--service 'gatway' is unknown|gateway") { Files = Empty },
        new(2, "logs --since yesterday", "--since 'yesterday'") { Files = Empty },
        new(2, "logs --regex '('", "'(' is no regular expression") { Files = Empty },
        new(2, "logs --tail many", "--tail") { Files = Empty },
        new(2, "logs a b", "unexpected argument 'b'") { Files = Empty },
        new(3, "shop --port {port}", "the shop cannot listen on http://127.0.0.1:{port}|--port"),
        new(2, "shop --port 70000", "--port '70000' is not a whole number from 0 to 65535"),
        new(2, "shop --port -1", "--port"),
        new(2, "shop --fail 2", "--fail '2' is not a share from 0 to 1"),
        new(2, "shop --latency fast", "--latency 'fast' is not a duration"),
        new(2, "shop --products 3", "Products must be"),
    ];
}
