using System.Text;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Tests.Logs;

public sealed class LogFilterTests
{
    private const string Escaped =
        """{"ts":"2026-11-21T13:15:04.000Z","level":"warn","service":"g\u0061teway","event":"x","msg":"say \"hi\" to Andr\u00E9 \ud83d\ude00\nline\\two","agent":3,"session":"3-2"}""";

    private const string Plain =
        """{"ts":"2026-11-21T13:15:04.000Z","level":"info","service":"shop","event":"order.placed","msg":"André ΩMEGA paid","trace_id":"4BF92F3577b34da6a3ce929d0e0e4736","agent":"3","session":"3-2","status":503}""";

    [Theory]
    [InlineData("say \"hi\"", true)]
    [InlineData("SAY \\\"HI\\\"", true)]
    [InlineData("andré", true)]
    [InlineData("ANDRÉ", true)]
    [InlineData("\\u00E9", true)]
    [InlineData("😀", true)]
    [InlineData("line\\two", true)]
    [InlineData("\"gateway\"", true)]
    [InlineData("andre", false)]
    [InlineData("say hi", false)]
    [InlineData("Ω", false)]
    public void Match_TextInEscapes_IsFoundAsTyped(string text, bool found) =>
        Assert.Equal(found, Fits(Escaped, new LogQuery { Grep = text }));

    [Theory]
    [InlineData("4bf92f3577B34DA6A3CE929D0E0E4736", true)]
    [InlineData("4bf92f", true)]
    [InlineData("{", true)]
    [InlineData("}", true)]
    [InlineData("order.placed", true)]
    [InlineData("ORDER.PLACED", true)]
    [InlineData("order_placed", false)]
    [InlineData("ωmega", true)]
    [InlineData("ΩMEGA PAID", true)]
    [InlineData("é", true)]
    [InlineData("e\u0301", false)]
    [InlineData("[", false)]
    [InlineData("\u001Border", false)]
    [InlineData("", true)]
    public void Match_PlainText_IsFoundInAnyCase(string text, bool found) =>
        Assert.Equal(found, Fits(Plain, new LogQuery { Grep = text }));

    [Fact]
    public void Match_TextAtEachPlace_IsFound()
    {
        // Blocks of 16 are compared at once: every length and place around them.
        for (var length = 1; length < 40; length++)
        {
            var text = "Xy-" + new string('k', length);
            for (var place = 0; place < 70; place++)
            {
                var line = Encoding.ASCII.GetBytes(new string('.', place) + text.ToUpperInvariant() + new string('.', 70 - place));
                Assert.True(new AsciiNeedle(text).IsIn(line), $"{length} {place}");
                line[place + text.Length - 1] = (byte)'.';
                Assert.False(new AsciiNeedle(text).IsIn(line), $"{length} {place}");
            }
        }
        Assert.False(new AsciiNeedle("long").IsIn("lon"u8));
    }

    [Theory]
    [InlineData("@", "`")]
    [InlineData("[", "{")]
    [InlineData("-", "\r")]
    public void Match_CharactersThatDifferAsCasesDo_AreNotTheSame(string text, string other)
    {
        var line = Encoding.ASCII.GetBytes(new string('.', 20) + other + new string('.', 20));

        Assert.False(new AsciiNeedle(text).IsIn(line));
    }

    public static TheoryData<string, bool> Patterns => new()
    {
        { "\"status\":5\\d\\d", true },
        { "\"STATUS\":5", false },
        { "(?i)\"STATUS\":5", true },
        { "refused|paid", true },
        { "Ω.EGA", true },
        { "status\":4", false },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Match_Pattern_IsHeldAgainstTheLine(string pattern, bool found) =>
        Assert.Equal(found, Fits(Plain, new LogQuery { Pattern = LogPattern.Parse(pattern) }));

    [Theory]
    [InlineData("say \"hi\" to \\w+")]
    [InlineData("say ..hi")]
    public void Match_PatternOfWhatIsEscaped_FitsAsWrittenAndAsMeant(string pattern) =>
        Assert.True(Fits(Escaped, new LogQuery { Pattern = LogPattern.Parse(pattern) }));

    public static TheoryData<LogQuery, bool> Fields => new()
    {
        { new LogQuery { Service = "gateway" }, true },
        { new LogQuery { Service = "shop" }, false },
        { new LogQuery { Agent = "3", Session = "3-2" }, true },
        { new LogQuery { Agent = "4" }, false },
        { new LogQuery { Session = "3-1" }, false },
        { new LogQuery { Event = "x" }, true },
        { new LogQuery { Event = "y" }, false },
        { new LogQuery { Level = "warn" }, true },
        { new LogQuery { Level = "error" }, false },
        { new LogQuery { Since = LogLines.Start.AddSeconds(2) }, true },
        { new LogQuery { Since = LogLines.Start.AddSeconds(2.0004) }, false },
        { new LogQuery { Since = LogLines.Start.AddSeconds(3) }, false },
        { new LogQuery { Until = LogLines.Start.AddSeconds(2) }, true },
        { new LogQuery { Until = LogLines.Start.AddSeconds(1.999) }, false },
        { new LogQuery { Level = "warn", Service = "gateway", Grep = "hi", Agent = "3" }, true },
        { new LogQuery { Level = "warn", Service = "gateway", Grep = "ho", Agent = "3" }, false },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Match_Fields_MustAllFit(LogQuery query, bool found) => Assert.Equal(found, Fits(Escaped, query));

    [Theory]
    [InlineData("""{"service":"a","ts":"2026-11-21T14:15:04+01:00"}""")]
    [InlineData("""{ "ts" : "2026-11-21T13:15:04.0000000Z" }""")]
    public void Match_TimesInOtherForms_AreUnderstood(string line)
    {
        Assert.True(Fits(line, new LogQuery { Since = LogLines.Start.AddSeconds(2) }));
        Assert.False(Fits(line, new LogQuery { Since = LogLines.Start.AddSeconds(3) }));
    }

    [Theory]
    [InlineData("a(b", 3)]
    [InlineData("[z-a]", 4)]
    [InlineData("*", 1)]
    public void Pattern_Malformed_SaysWhere(string pattern, int place)
    {
        var error = Assert.Throws<ApeTestException>(() => LogPattern.Parse(pattern));

        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.EndsWith($"at character {place}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a)\\1")]
    [InlineData("(?<=a)b")]
    [InlineData("((a{1,900}){1,900}){1,900}")]
    public void Pattern_ThatNeedsBacktracking_IsRefused(string pattern) =>
        Assert.Contains("backtracking", Assert.Throws<ApeTestException>(() => LogPattern.Parse(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void ToQueryString_Filters_AreEscaped()
    {
        Assert.Equal("", new LogQuery().ToQueryString());
        Assert.Equal("?grep=a%26b&regex=%5C%2B&level=warn&tail=5",
            new LogQuery { Grep = "a&b", Level = "warn", Pattern = LogPattern.Parse("\\+"), Tail = 5 }.ToQueryString());
    }

    [Fact]
    public void Parse_ALine_TakesItsFields()
    {
        var line = LogLine.Parse(Escaped)!;

        Assert.Equal((LogLines.Start.AddSeconds(2), "gateway", "warn", "x", null, "3", "3-2"),
            (line.Ts, line.Service, line.Level, line.Event, line.TraceId, line.Agent, line.Session));
        Assert.Equal("say \"hi\" to André 😀\nline\\two", line.Message);
        Assert.Null(LogLine.Parse("{}"));
    }

    public static TheoryData<LogQuery> Selective =>
    [
        new LogQuery { Grep = "0123456789abcdef0123456789abcdef" },
        new LogQuery { Grep = "CAFÉ!" },
        new LogQuery { Service = "shop", Agent = "4", Session = "4-1", Event = "none", Level = "error" },
        new LogQuery { Pattern = LogPattern.Parse("status\":5\\d\\d") },
        new LogQuery { Since = LogLines.Start.AddSeconds(60) },
    ];

    [Theory]
    [MemberData(nameof(Selective))]
    public void Match_FiftyMegabytesThatDoNotFit_AllocatesNothing(LogQuery query)
    {
        var lines = Enumerable.Range(0, 250).Select(i => Encoding.UTF8.GetBytes(LogLines.Of(i / 100.0, message: $"say \"café\" {i}"))).ToArray();
        var filter = new LogFilter(query);
        // The first pass makes the buffers, and the states of the pattern.
        Assert.Equal(0, Pass());

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var bytes = 0; bytes < 50_000_000; bytes += lines.Length * lines[0].Length)
        {
            found += Pass();
        }

        Assert.Equal(0, found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);

        int Pass()
        {
            var count = 0;
            foreach (var line in lines)
            {
                count += filter.Match(line, out _) is LogMatch.No ? 0 : 1;
            }
            return count;
        }
    }

    private static bool Fits(string line, LogQuery query) => new LogFilter(query).Match(Encoding.UTF8.GetBytes(line), out _) is LogMatch.Yes;
}
