using System.Collections.Frozen;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// What a page would cost, told by its tokens before a tree is made of it: a few hostile bytes can make elements that nest without end, or formatting
/// that is opened anew in each paragraph (HTML standard, section 13.2.4.3). Errs to the dear side: what a parser does not surely close counts as open.
/// </summary>
internal sealed class HtmlCost
{
    /// <summary>Longest page in characters.</summary>
    private const int Longest = 256 * 1024;

    /// <summary>Most tags, texts and attributes of a page: each costs one to two microseconds (measured), and the agents of a loop's thread wait for all of them.</summary>
    private const int MostParts = 30_000;

    private const int Deepest = 256;
    private const int MostAttributes = 256;
    private const int MostWork = 50_000;

    private static readonly FrozenSet<string> Void = FrozenSet.Create(
        StringComparer.Ordinal, "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr");

    private static readonly FrozenSet<string> Formatting = FrozenSet.Create(
        StringComparer.Ordinal, "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u");

    // What closes all that is implied below it.
    private static readonly FrozenSet<string> Blocks = FrozenSet.Create(
        StringComparer.Ordinal, "article", "aside", "blockquote", "center", "details", "div", "dl", "fieldset", "figure", "footer", "form", "header", "main", "menu", "nav", "ol",
        "pre", "section", "select", "table", "ul");

    // What a sibling or a parent closes; a higher one closes lower ones too.
    private static readonly FrozenDictionary<string, int> Implied = new Dictionary<string, int>
    {
        ["p"] = 1, ["option"] = 1, ["li"] = 2, ["dd"] = 2, ["dt"] = 2, ["td"] = 3, ["th"] = 3, ["tr"] = 4, ["tbody"] = 5, ["thead"] = 5, ["tfoot"] = 5,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Drawing = FrozenSet.Create(
        StringComparer.Ordinal, "circle", "defs", "ellipse", "g", "line", "path", "polygon", "polyline", "rect", "stop", "symbol", "use");

    private readonly List<string> _open = [];
    private int _foreign = -1;
    private int _formatting;
    private int _work;
    private int _parts;

    private HtmlCost()
    {
    }

    /// <summary>Why a page is not parsed; null for one that is.</summary>
    public static string? Excess(string html)
    {
        if (html.Length > Longest)
        {
            return $"is not looked for: the page has more than {Longest} characters";
        }
        var cost = new HtmlCost();
        using var source = new TextSource(html);
        using var tokenizer = new HtmlTokenizer(source, HtmlEntityProvider.Resolver) { SkipComments = true, SkipScriptText = true };
        for (var token = tokenizer.Get(); token.Type != HtmlTokenType.EndOfFile; token = tokenizer.Get())
        {
            if (token is HtmlTagToken { Attributes.Count: > MostAttributes })
            {
                return $"is not looked for: an element has more than {MostAttributes} attributes";
            }
            cost._parts += 1 + ((token as HtmlTagToken)?.Attributes.Count ?? 0);
            if (cost._parts > MostParts)
            {
                return $"is not looked for: the page has more than {MostParts} tags, texts and attributes";
            }
            cost.Add(token);
            if (token is HtmlTagToken { Type: HtmlTokenType.StartTag } tag)
            {
                tokenizer.State = cost.ContentOf(tag.Name);
            }
            if (cost._open.Count > Deepest)
            {
                return $"is not looked for: elements nest deeper than {Deepest}";
            }
            if (cost._work > MostWork)
            {
                return "is not looked for: too much of the page stands in elements that are not closed in order";
            }
        }
        return null;
    }

    /// <summary>How what follows a start tag is read: a script's <c>a&lt;b</c> is no element. In a drawing and a <c>select</c> these names mean nothing.</summary>
    private HtmlParseMode ContentOf(string name)
    {
        var mode = name switch
        {
            "script" => HtmlParseMode.Script,
            "style" or "xmp" or "iframe" or "noembed" or "noframes" => HtmlParseMode.Rawtext,
            "textarea" or "title" => HtmlParseMode.RCData,
            _ => HtmlParseMode.PCData,
        };
        return mode is not HtmlParseMode.PCData && (_foreign >= 0 || _open.Contains("select")) ? HtmlParseMode.PCData : mode;
    }

    private void Add(HtmlToken token)
    {
        if (token is HtmlTagToken { Type: HtmlTokenType.EndTag } end)
        {
            Close(end.Name);
            return;
        }
        // Each may open anew what formatting was left open.
        _work += _formatting;
        if (token is HtmlTagToken start && !Void.Contains(start.Name) && !(start.IsSelfClosing && Drawing.Contains(start.Name) && IsDrawing()))
        {
            Open(start.Name);
        }
    }

    private void Open(string name)
    {
        if (_foreign < 0 && Implied.TryGetValue(name, out var rank))
        {
            if (rank > 2 && !_open.Contains("table"))
            {
                // Outside a table it is nothing.
                return;
            }
            var sibling = Below(rank);
            if (sibling >= 0 && Implied.TryGetValue(_open[sibling], out var other) && other == rank && IsSibling(name, _open[sibling]))
            {
                Cut(sibling);
            }
        }
        _foreign = _foreign < 0 && name is ("svg" or "math") ? _open.Count : _foreign;
        _formatting += Formatting.Contains(name) ? 1 : 0;
        _open.Add(name);
    }

    private void Close(string name)
    {
        var rank = _foreign >= 0 ? 0 : Blocks.Contains(name) ? int.MaxValue : Implied.GetValueOrDefault(name);
        var own = Below(rank);
        if (own >= 0 && _open[own] == name)
        {
            Cut(own);
            _formatting -= Formatting.Contains(name) ? 1 : 0;
            return;
        }
        // A parser looks for it among all that is open.
        _work += _open.Count;
        if (name is "p" or "br")
        {
            // It ends a drawing.
            _open.Add("p");
        }
    }

    /// <summary>The innermost open element that one of <paramref name="rank"/> does not close by itself; -1 for none.</summary>
    private int Below(int rank)
    {
        var top = _open.Count - 1;
        while (top >= 0 && Implied.TryGetValue(_open[top], out var lower) && lower < rank)
        {
            top--;
        }
        return top;
    }

    private static bool IsSibling(string name, string other) => name == other || (name, other) is not (("li", _) or (_, "li") or ("p", _) or (_, "p"));

    private void Cut(int from)
    {
        _open.RemoveRange(from, _open.Count - from);
        _foreign = _foreign < from ? _foreign : -1;
    }

    /// <summary>Whether an element that closes itself does so here: in a drawing only.</summary>
    private bool IsDrawing()
    {
        var top = _open.Count - 1;
        while (top >= 0 && Drawing.Contains(_open[top]))
        {
            top--;
        }
        return top >= 0 && _open[top] == "svg";
    }
}
