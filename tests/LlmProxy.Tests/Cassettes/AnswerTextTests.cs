using System.Text;
using ApeTest.LlmProxy.Cassettes;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Tests.Upstream;

namespace ApeTest.LlmProxy.Tests.Cassettes;

public sealed class AnswerTextTests
{
    private const string Recorded = "3f2b8c1e-0000-4aaa-8bbb-1234567890ab";
    private const string Live = "99999999-1111-4aaa-8bbb-1234567890ab";

    [Fact]
    public void TemplateAndFill_SameValues_EveryByteIsAsItWas()
    {
        var stream = Stream("{\\\"id\\\":\\\"3f2b8c", "1e-0000-4aaa-8bbb-12345678", "90ab\\\", \\\"t\\\":\\\"{{x}}\\\"}");
        var pieces = Pieces(stream);
        var template = AnswerText.Template(pieces, [new("uuid", Recorded)], new Redactor(null));
        Assert.DoesNotContain("3f2b8c", Text(template), StringComparison.Ordinal);
        Assert.Equal(stream, Text(template.Select(piece => AnswerText.Fill(piece, [new("uuid", Recorded)]))));
    }

    [Fact]
    public void Fill_OtherValue_StandsInThePlaceOfTheRecordedOne()
    {
        var template = AnswerText.Template(Pieces(Stream("{\\\"id\\\":\\\"3f2b8c", "1e-0000-4aaa-8bbb-1234567890ab\\\"}")), [new("uuid", Recorded)], new Redactor(null));
        Assert.Equal(Stream("{\\\"id\\\":\\\"999999", "99-1111-4aaa-8bbb-1234567890ab\\\"}"), Text(template.Select(piece => AnswerText.Fill(piece, [new("uuid", Live)]))));
    }

    [Fact]
    public void Template_TwoToolCallsInterleaved_AreNotMixed()
    {
        string[] events = [Call(0, "3f2b8c1e-0000-"), Call(1, "3f2b8c1e-"), Call(0, "4aaa-8bbb-1234567890ab"), Call(1, "0000-4aaa-8bbb-1234567890ab")];
        var template = Text(AnswerText.Template(Pieces(string.Concat(events)), [new("uuid", Recorded)], new Redactor(null)));
        Assert.Contains("{{uuid:1:0-14}}", template, StringComparison.Ordinal);
        Assert.Contains("{{uuid:1:14-}}", template, StringComparison.Ordinal);
        Assert.Contains("{{uuid:1:0-9}}", template, StringComparison.Ordinal);
        Assert.Contains("{{uuid:1:9-}}", template, StringComparison.Ordinal);
    }

    [Fact]
    public void Template_ShortIds_OnlyWhereTheyAreIds()
    {
        VolatileValue[] values = [new("id", "1001"), new("id", "A17"), new("id", "ord-100")];
        var stream = Stream("{\\\"order_id\\\":10", "01,\\\"qty\\\":1001,\\\"path\\\":\\\"/o/1001/A17?x=BA17\\\",\\\"a\\\":\\\"ord-1001 ord-100-2 ord-100\\\"}");
        var template = AnswerText.Template(Pieces(stream), values, new Redactor(null));
        var filled = Text(template.Select(piece => AnswerText.Fill(piece, [new("id", "2002"), new("id", "B2"), new("id", "ord-7")])));
        Assert.Equal(Stream("{\\\"order_id\\\":20", "02,\\\"qty\\\":1001,\\\"path\\\":\\\"/o/2002/B2?x=BA17\\\",\\\"a\\\":\\\"ord-1001 ord-100-2 ord-7\\\"}"), filled);
    }

    [Fact]
    public void Template_KeyCutByEvents_IsMasked()
    {
        var template = Text(AnswerText.Template(Pieces(Stream("the key is prov", "ider-key-", "4711-abc!")), [], new Redactor("provider-key-4711-abc")));
        Assert.Contains("the key is [redacted]!", template, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", template, StringComparison.Ordinal);
    }

    private static string Call(int index, string arguments) =>
        Events.Chunk($$$"""{"tool_calls":[{"index":{{{index}}},"function":{"arguments":"{{{arguments}}}"}}]}""");

    private static string Stream(params string[] arguments) => string.Concat(arguments.Select(text => Call(0, text)));

    private static List<Piece> Pieces(string stream)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        return PieceReader.Read(bytes, [new Arrival(TimeSpan.Zero, bytes.Length)], isStream: true, 1 << 20);
    }

    private static string Text(IEnumerable<Piece> pieces) => string.Concat(pieces.Select(piece => Encoding.UTF8.GetString(piece.Bytes)));
}
