using System.Diagnostics;
using System.Text;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>Scenario files, feeds and documents that are wrong or mean harm.</summary>
internal static class ScenarioRows
{
    private const string Head = "target: { url: http://127.0.0.1:9 }\ngoals: [ { goal: g, success: x } ]\n";

    public static BadRow[] All { get; } =
    [
        new(2, "start missing.yaml", "missing.yaml: does not exist"),
        new(2, "start shpo.yaml", "shpo.yaml: does not exist|Did you mean `shop.yaml`?") { Files = [("shop.yaml", Head)] },
        new(2, "start .", "is a directory|Name the scenario file in it."),
        Text("validate", "name: [", "s.yaml:|is not valid YAML or JSON"),
        Text("start", "target:\n\turl: http://x\n", "s.yaml:2: is not valid YAML or JSON|Indent with blanks"),
        Text("start", "", "s.yaml:1: is empty"),
        Text("start", "# nothing\n", "is empty"),
        Text("start", "- a\n- b\n", "s.yaml:1: must be a mapping of fields (got a list)"),
        Text("start", "just words", "must be a mapping of fields (got the text `just words`)"),
        Text("start", Head + "agents: 1\nagents: 2\n", "s.yaml:4: the key `agents` is given twice: first on line 3"),
        Text("start", Head + "---\n" + Head, "holds a second document"),
        Text("start", Head + "agnets: 5\n", "s.yaml:3: agnets: unknown field|Did you mean `agents`?"),
        Text("start", Head + "agents: \"5\"\n", "s.yaml:3: agents: must be a whole number|Remove the quotes: 5."),
        Text("start", Head + "agents: [5]\n", "s.yaml:3: agents: must be a single value (got a list)"),
        Text("start", Head + "duration: -1s\n", "s.yaml:3: duration: must not be negative"),
        Text("start", Head + "journeys: [ {} ]\n", "a journey needs at least one request"),
        Text("start", Head + "llm: { model: openai/x, baseUrl: ftp://x }\n", "s.yaml:3: llm.baseUrl: must start with http:// or https://"),
        Text("start", Head + "llm: { maxCostUsd: -1 }\n", "s.yaml:3: llm.maxCostUsd: must be > 0"),
        Text("start", "target: { url: http://127.0.0.1:9 }\ngoals: [ { success: x } ]\n", "s.yaml:2: goals[0].goal: is required|--goal"),
        Text("start", "target: { url: http://127.0.0.1:9, headers: { X-Key: \"${NOT_SET_HERE}\" } }\ngoals: [ { goal: g, success: x } ]\n", "s.yaml:1: target.headers.X-Key: the environment variable NOT_SET_HERE is not set|export NOT_SET_HERE=..."),
        Text("start", "target: { url: http://127.0.0.1:9 }\ngoals: [ { goal: \"Log in as {{user.name}}\", success: x } ]\n", "unknown feed `user`"),
        Text("validate", "target: { url: ftp://x }\nagnets: 5\nagents: 0\ngoals: [ { goal: g } ]\n", "the scenario has 3 errors|s.yaml:1|s.yaml:2|s.yaml:3"),
        Text("start", "a: &a [*a]\n", "stands inside the value that it names"),
        Text("start", Laughs(), "its aliases stand for more than 20000 values"),
        Text("start", "a: " + new string('[', 10_000) + new string(']', 10_000), "is nested deeper than 64 levels"),
        Text("start", string.Concat(Enumerable.Repeat("- ", 10_000)) + "a", "is nested deeper than 64 levels"),
        new(2, "start s.json", "s.json:3: is not valid JSON|or name the file .yaml")
        {
            Files = [("s.json", "{ \"target\": { \"url\": \"http://127.0.0.1:9\" },\n  \"goals\": [ { \"goal\": \"g\", \"success\": \"x\" } ],\n}")],
        },
        Bytes(new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0 }, "is not text: it holds the control character U+007F"),
        Bytes([(byte)'a', (byte)'\n', 0xc3, 0x28], "s.yaml:2: is not UTF-8 text"),
        Bytes(Encoding.UTF8.GetBytes(Head + "name: a\0b\n"), "s.yaml:3: is not text: it holds the control character U+0000"),
        Bytes([0xff, 0xfe, .. Encoding.Unicode.GetBytes(Head)], "is UTF-16|Save it as UTF-8"),
        Bytes(Encoding.Unicode.GetBytes(Head), "is UTF-16|Save it as UTF-8"),
        Bytes(Encoding.UTF8.GetBytes(new string('a', 10 << 20)), "is larger than 1 MiB|Move rows of data into a CSV file"),
        new(2, "start /dev/zero", "/dev/zero: is larger than 1 MiB"),
        new(2, "start /dev/stdin", "/dev/stdin:1: is empty"),
        new(2, "start pipe.yaml", "pipe.yaml: cannot be read: it is a pipe that gave no end within 5 s") { Prepare = Pipe },
        Feed(null, "the file `users.csv` does not exist|relative to the scenario's directory"),
        Feed("", "users.csv:1: |is empty: the first line must name the columns"),
        Feed("name\n", "has a header but no rows"),
        Feed("name,password\nann\n", "users.csv:2: |has 1 field, the header has 2"),
        Feed("name\n\"ann\n", "a quoted field does not end"),
        Feed("na\0me\nann\n", "is not text: it holds a NUL"),
        new(2, "validate s.yaml", "is larger than 64 MiB") { Files = [("s.yaml", Head + "data: { user: { csv: /dev/zero } }\n")] },
    ];

    private static BadRow Text(string command, string scenario, string says) => new(2, $"{command} s.yaml", says) { Files = [("s.yaml", scenario)] };

    private static BadRow Bytes(byte[] bytes, string says) => new(2, "start s.yaml", says) { Prepare = directory => File.WriteAllBytes(directory.Combine("s.yaml"), bytes) };

    private static BadRow Feed(string? csv, string says) => new(2, "start s.yaml", says)
    {
        Files = [("s.yaml", Head + "data: { user: { csv: users.csv } }\n"), .. csv is null ? Array.Empty<(string, string)>() : [("users.csv", csv)]],
    };

    private static void Pipe(TempDirectory directory)
    {
        using var make = Process.Start("mkfifo", [directory.Combine("pipe.yaml")]);
        make.WaitForExit();
    }

    private static string Laughs()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }
        return text.ToString();
    }
}
