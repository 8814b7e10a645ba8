using System.Text;
using ApeTest.Scenarios.Loading;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Loading;

/// <summary>Files that mean harm: each ends in an error, none in an exception or a hang.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ape-hostile-").FullName;

    public static TheoryData<byte[], string> Files => new()
    {
        { [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0], "is not text: it holds the control character U+007F" },
        { [(byte)'a', (byte)':', (byte)' ', 0, 0], "is not text: it holds the control character U+0000" },
        { [(byte)'a', (byte)'\n', 0xc3, 0x28], "is not UTF-8 text" },
        { [0xff, 0xfe, (byte)'a', 0], "is UTF-16" },
        { Encoding.Unicode.GetBytes("name: shop"), "is UTF-16" },
        { Encoding.BigEndianUnicode.GetBytes("name: shop"), "is UTF-16" },
        { [], "is empty" },
        { Encoding.UTF8.GetBytes("# nothing\n# at all\n"), "is empty" },
        { Encoding.UTF8.GetBytes("- a\n- b\n"), "must be a mapping of fields (got a list)" },
        { Encoding.UTF8.GetBytes("a: 1\n---\nb: 2\n"), "hostile.yaml:2: holds a second document" },
        { Encoding.UTF8.GetBytes("target:\n\turl: http://127.0.0.1:1\n"), "hostile.yaml:2: is not valid YAML or JSON: while scanning a mapping, found invalid tab as indentation. Indent with blanks" },
        { Encoding.UTF8.GetBytes(new string('a', 10 * 1024 * 1024)), "is larger than 1 MiB" },
        { Encoding.UTF8.GetBytes("a: " + new string('[', 100_000)), "is nested deeper than 64 levels" },
        { Encoding.UTF8.GetBytes("a: " + string.Concat(Enumerable.Repeat("[1,\n", 5000))), "is nested deeper than 64 levels" },
        { Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("- ", 100_000))), "is nested deeper than 64 levels" },
        { Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))), "is nested deeper than 64 levels" },
        { Encoding.UTF8.GetBytes("a: &a [x, *a]"), "stands inside the value that it names" },
        { Encoding.UTF8.GetBytes("a: &a x\nb: [" + string.Concat(Enumerable.Repeat("*a,", 500)) + "]"), "has more than 100 aliases" },
        { Encoding.UTF8.GetBytes(Laughs()), "its aliases stand for more than 20000 values" },
        { Encoding.UTF8.GetBytes("%YAML 9.9\n---\na: 1"), "is not valid YAML or JSON" },
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_HostileFile_IsOneError(byte[] bytes, string message)
    {
        var path = Path.Combine(_directory, "hostile.yaml");
        File.WriteAllBytes(path, bytes);

        var result = ScenarioLoader.Load(new ScenarioSources { File = path });

        var error = Assert.Single(result.Errors);
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.Null(result.Scenario);
        Assert.Empty(result.Resolved.Values);
    }

    [Fact]
    public void Load_ThousandsOfMistakes_AreCountedNotListed()
    {
        var text = Yaml.Minimal + string.Concat(Enumerable.Range(0, 5000).Select(i => $"field{i}: 1\n"));

        var errors = Yaml.Load(text).Errors;

        Assert.Equal(101, errors.Length);
        Assert.Equal("shop.yaml:7: and 4900 more errors. Mend these first.", errors[^1].ToString());
    }

    [Fact]
    public void Load_TooManyColumns_IsAnError()
    {
        var row = string.Join(", ", Enumerable.Range(0, 1001).Select(i => $"c{i}: 1"));

        var error = Assert.Single(Yaml.Load(Yaml.Minimal + $"data: {{ wide: {{ rows: [ {{ {row} }} ] }} }}\n").Errors);

        Assert.Equal(("data.wide", "has more than 1000 columns"), (error.Path, error.Message));
    }

    [Fact]
    public void Load_Utf8ByteOrderMark_IsAccepted()
    {
        var path = Path.Combine(_directory, "bom.yaml");
        File.WriteAllText(path, Yaml.Minimal, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Empty(ScenarioLoader.Load(new ScenarioSources { File = path }).Errors);
    }

    [Theory]
    [InlineData("/dev/zero", "is larger than 1 MiB")]
    [InlineData("/dev/null", "is empty")]
    [InlineData("/proc/self/mem", "cannot be read")]
    public void Load_Device_IsBounded(string path, string message)
    {
        Requires.That(File.Exists(path), $"there is no {path} here");

        var error = Assert.Single(ScenarioLoader.Load(new ScenarioSources { File = path }).Errors);

        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PipeWithoutAWriter_GivesUp()
    {
        Requires.That(!OperatingSystem.IsWindows(), "there is no mkfifo here");
        var pipe = Path.Combine(_directory, "pipe.yaml");
        using var make = System.Diagnostics.Process.Start("mkfifo", [pipe]);
        make.WaitForExit();

        var error = Assert.Single(ScenarioLoader.Load(new ScenarioSources { File = pipe }).Errors);

        Assert.Contains("cannot be read: it is a pipe that gave no end", error.ToString(), StringComparison.Ordinal);
        Assert.NotNull(error.Suggestion);
    }

    [Theory]
    [InlineData("{ \"name\": \"x\",\n \"agents\": 5,\n}", 3)]
    [InlineData("{ 'name': 'x' }", 1)]
    [InlineData("name: x", 1)]
    public void Load_JsonThatIsOnlyYaml_NamesTheLine(string text, int line)
    {
        var errors = ScenarioLoader.Load(new ScenarioSources { Text = text, TextName = "shop.json" }).Errors;

        Assert.Contains(errors, error => error.ToString().StartsWith($"shop.json:{line}: is not valid JSON: ", StringComparison.Ordinal));
    }

    public static TheoryData<byte[], string> Feeds => new()
    {
        { [], "is empty: the first line must name the columns" },
        { Encoding.UTF8.GetBytes("name\n"), "has a header but no rows" },
        { [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0], "is not text: it holds a NUL" },
        { [(byte)'a', (byte)'\n', 0xc3, 0x28], "is not UTF-8 text" },
        { Encoding.UTF8.GetBytes("a,b\n1\n"), "has 1 field, the header has 2" },
        { Encoding.UTF8.GetBytes("a,a\n1,2\n"), "two columns are named `a`" },
        { Encoding.UTF8.GetBytes("a\n\"never ends"), "a quoted field does not end" },
        { Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Repeat("x\n", 1_000_001))), "has more than 1000000 rows" },
    };

    [Theory]
    [MemberData(nameof(Feeds))]
    public void Load_HostileFeed_IsOneError(byte[] bytes, string message)
    {
        File.WriteAllBytes(Path.Combine(_directory, "users.csv"), bytes);

        var error = Assert.Single(Yaml.Load(Yaml.Minimal + "data: { user: { csv: users.csv } }\n", directory: _directory).Errors);

        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero", "is larger than 64 MiB")]
    [InlineData("missing.csv", "does not exist")]
    [InlineData(".", "cannot be read: it is a directory")]
    public void Load_FeedThatIsNoFile_IsBounded(string csv, string message)
    {
        Requires.That(csv[0] != '/' || File.Exists(csv), $"there is no {csv} here");

        var error = Assert.Single(Yaml.Load(Yaml.Minimal + $"data: {{ user: {{ csv: {csv} }} }}\n", directory: _directory).Errors);

        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.NotNull(error.Suggestion);
    }

    [Fact]
    public void Load_MutatedScenarios_NeverThrow()
    {
        const string Seed = Yaml.Minimal + """
            load: { shape: ramp, from: 1, to: 1, over: 5s }
            data: { user: { rows: [ { name: ann, password: "x" } ] } }
            secrets: [ user.password ]
            thresholds: { "http_p95{operation=checkout}": "< 300ms" }
            session: &s { maxSteps: 5 }
            llm:
              model: >-
                builtin/planner
            """;
        const string Alphabet = "{}[]:,-?&*!|>'\"%@` \n\t#$abc019.\\~=<\u0085\u2028é";
        var random = new Random(20261121);
        var outcomes = new HashSet<bool>();
        for (var round = 0; round < 3000; round++)
        {
            var text = new StringBuilder(Seed);
            for (var edits = random.Next(1, 5); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at)); break;
                    case 1: text.Insert(at, Alphabet[random.Next(Alphabet.Length)]); break;
                    default: text[at] = Alphabet[random.Next(Alphabet.Length)]; break;
                }
            }
            outcomes.Add(Yaml.Load(text.ToString()).IsValid);
        }
        Assert.Equal(2, outcomes.Count);
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
