using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Scenarios.Tests.Loading;

public sealed class DataFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("csv", "name,address.city\nann,Oslo\nben,Rome\n")]
    [InlineData("json", "[ { \"name\": \"ann\", \"address\": { \"city\": \"Oslo\" } },\n { \"name\": \"ben\", \"address\": { \"city\": \"Rome\" } } ]")]
    [InlineData("jsonl", "{ \"name\": \"ann\", \"address\": { \"city\": \"Oslo\" } }\n{ \"name\": \"ben\", \"address\": { \"city\": \"Rome\" } }\n")]
    public void Load_EachFormat_GivesTheSameRows(string format, string text)
    {
        File.WriteAllText(_directory.Combine("users.x"), "\ufeff" + text);

        var result = Load($"data: {{ user: {{ {format}: users.x, order: random }} }}\n", "Visit {{user.name}} in {{user.address.city}}.");

        var feed = result.ThrowIfInvalid().Data["user"];
        Assert.Equal(["name", "address.city"], feed.Columns);
        Assert.Equal([["ann", "Oslo"], ["ben", "Rome"]], feed.Rows.Select(row => row.ToArray()));
        Assert.Equal(FeedOrder.Random, feed.Order);
        Assert.Equal([_directory.Combine("users.x")], result.DataFiles);
        Assert.Contains($"    {format}: users.x # file:7\n    order: random # file:7\n    onEnd: recycle # default\n", result.Resolved.ToYaml(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv", "name\n\"ann\n", "users.x:2: data.user: a quoted field does not end. A feed is a line with the names")]
    [InlineData("json", "[\n{ \"name\": \"ann\" },\n{ \"nam\": \"ben\" } ]", "users.x:2: data.user: has no field `nam`, which other rows have: write null where there is no value. A feed is an array of objects")]
    [InlineData("jsonl", "{ \"name\": \"ann\" }\nname\n", "users.x:2: data.user: is not valid JSON")]
    [InlineData("json", "", "users.x:1: data.user: has no rows")]
    [InlineData("jsonl", "\0", "shop.yaml:7: data.user.jsonl: the file `users.x` is not text: it holds a NUL. Save it as UTF-8.")]
    public void Load_BrokenFile_NamesTheLine(string format, string text, string message)
    {
        File.WriteAllText(_directory.Combine("users.x"), text);

        var result = Load($"data: {{ user: {{ {format}: users.x }} }}\n", "Go.");

        Assert.StartsWith(message, result.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("jsonl")]
    public void Load_OtherEncoding_IsAnError(string format)
    {
        File.WriteAllBytes(_directory.Combine("users.x"), [.. "[{\"name\":\""u8, 0xE9, .. "\"}]"u8]);

        var error = Assert.Single(Load($"data: {{ user: {{ {format}: users.x }} }}\n", "Go.").Errors);

        Assert.Equal("the file `users.x` is not UTF-8 text", error.Message);
    }

    [Fact]
    public void Load_ObjectInsteadOfField_NamesAField()
    {
        File.WriteAllText(_directory.Combine("users.json"), "[ { \"address\": { \"city\": \"Oslo\" } } ]");

        var error = Assert.Single(Load("data: { user: { json: users.json } }\n", "Visit {{user.address}}.").Errors);

        Assert.Equal("Name one of its fields, for example `user.address.city`.", error.Suggestion);
    }

    [Fact]
    public void Load_SecretAboveNestedFields_HidesThemAll()
    {
        File.WriteAllText(_directory.Combine("users.json"), "[ { \"name\": \"ann\", \"card\": { \"number\": \"4111\", \"pins\": [ \"12\", \"34\" ] }, \"cards\": 1 } ]");

        var scenario = Load("data: { user: { json: users.json } }\nsecrets: [ user.card ]\n", "Pay with {{user.card.number}}.").ThrowIfInvalid();

        Assert.Equal(["user.card.number", "user.card.pins.0", "user.card.pins.1"], scenario.Secrets);
        Assert.Equal("Pay with {{user.card.number}}.", SessionInputs.Create(scenario, 1, 0, 0, TimeProvider.System).GoalText);
    }

    [Theory]
    [InlineData("", "sequential", 3, "data.user stops after its 3 rows: at most 3 sessions.")]
    [InlineData("iterations: 10\n", "sequential", 3, "data.user stops after its 3 rows: 3 sessions instead of 10.")]
    [InlineData("iterations: 2\n", "sequential", 2, null)]
    [InlineData("load: { rate: 2/s }\n", "unique", 3, "data.user stops after its 3 rows: at most 3 sessions.")]
    [InlineData("agents: 3\n", "unique", null, null)]
    public void Load_FeedThatStops_LimitsTheIterations(string fields, string order, int? iterations, string? note)
    {
        var result = Load($"{fields}data: {{ user: {{ rows: [ {{ a: 1 }}, {{ a: 2 }}, {{ a: 3 }} ], order: {order}, onEnd: stop }} }}\n", "Go.");

        Assert.Equal(iterations, result.ThrowIfInvalid().Iterations);
        Assert.Equal(note is null ? [] : [note], result.Notes);
        Assert.Equal(note is not null, result.Resolved.ToYaml().Contains(", rows of data.user, which stops\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_GeneratedSecret_IsRedactedAndLoadsTheSame()
    {
        var result = Yaml.Load(Yaml.Minimal + """
            data: { order: { generate: { id: "{{uuid()}}", pin: "s3cret-{{int(1..9)}}" } } }
            secrets: [ order.pin ]
            """);

        var yaml = result.Resolved.ToYaml();
        Assert.DoesNotContain("s3cret", yaml, StringComparison.Ordinal);
        Assert.Contains("id: \"{{uuid()}}\" # file:7", yaml, StringComparison.Ordinal);
        Assert.True(Yaml.Load(yaml).ThrowIfInvalid().Data["order"].Generated);
    }

    [Fact]
    public void Create_HundredThousandRows_CostsASessionNoMoreThanTen()
    {
        var text = new StringBuilder("name,password\n");
        for (var i = 0; i < 100_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"user-{i},pass-{i}\n");
        }
        File.WriteAllText(_directory.Combine("many.csv"), text.ToString());
        var many = Load("data: { user: { csv: many.csv } }\nagents: 100\n", "Log in as {{user.name}}.").ThrowIfInvalid();
        var ten = many with { Data = many.Data.SetItem("user", many.Data["user"] with { Rows = many.Data["user"].Rows[..10] }) };

        Assert.Equal("user-99999", SessionInputs.Create(many, 1, 99, 999, TimeProvider.System).Values["user.name"]);
        Assert.Equal(Allocated(ten), Allocated(many), 0.01 * Allocated(ten));

        static double Allocated(Scenario scenario)
        {
            _ = SessionInputs.Create(scenario, 1, 0, 0, TimeProvider.System);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                _ = SessionInputs.Create(scenario, 1, i, 0, TimeProvider.System);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private Scenarios.Loading.ScenarioLoadResult Load(string fields, string goal) =>
        Yaml.Load(Yaml.Minimal.Replace("Buy coffee.", $"\"{goal}\"", StringComparison.Ordinal) + fields, directory: _directory.Path);
}
