using System.Text;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;
using ApeTest.Targets.Sessions.Csrf;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>
/// Reduces a page to title, text, links and forms in one pass over AngleSharp's tokens. No tree is built: a hostile page that nests a
/// hundred thousand elements makes tree construction quadratic, and tokens cost the same however they nest.
/// </summary>
internal sealed class HtmlReader
{
    private const int MaxText = 20_000;
    private const int MaxLinks = 100;

    /// <summary>Most characters of all links of a page.</summary>
    private const int MaxLinked = 32 * 1024;

    /// <summary>Longest text of a link, title, button or option.</summary>
    public const int MaxLabel = 120;

    /// <summary>Longest reference, and value against forgery.</summary>
    private const int MaxReference = 2000;

    private readonly HtmlPage _page;
    private readonly HtmlFormReader _forms;
    private readonly Uri? _url;
    private readonly Uri? _target;
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _label = new();
    private Uri? _base;
    private string? _href;
    private string? _linkLabel;
    private int _linked;

    /// <summary>Name of the element whose raw text is being passed over or taken; null in ordinary text.</summary>
    private string? _raw;

    private HtmlReader(Uri? url, Uri? target)
    {
        _url = url;
        _target = target;
        _base = url;
        _page = new HtmlPage { Url = url };
        _forms = new HtmlFormReader(_page, Resolve);
    }

    /// <summary>Reads a page. Nothing in it makes this throw.</summary>
    /// <param name="html">The page.</param>
    /// <param name="url">Its URL, which links are relative to; null: they stay as they are written.</param>
    /// <param name="target">URL of the target, which links are told relative to; null: to the page's host.</param>
    public static HtmlPage Read(string html, Uri? url, Uri? target = null)
    {
        var reader = new HtmlReader(url, target);
        using var source = new TextSource(html);
        using var tokenizer = new HtmlTokenizer(source, HtmlEntityProvider.Resolver) { SkipComments = true, SkipScriptText = true };
        for (var token = tokenizer.Get(); token.Type != HtmlTokenType.EndOfFile; token = tokenizer.Get())
        {
            switch (token.Type)
            {
                case HtmlTokenType.Character:
                    reader.OnText(token.Data);
                    break;
                case HtmlTokenType.StartTag:
                    reader.OnStart(token.AsTag());
                    // The tokenizer leaves to its tree builder which elements hold raw text.
                    tokenizer.State = ModeOf(token.Name);
                    break;
                case HtmlTokenType.EndTag:
                    reader.OnEnd(token.Name);
                    break;
            }
        }
        reader.EndLink();
        reader._page.Text = Collapse(reader._text.ToString());
        return reader._page;
    }

    private static HtmlParseMode ModeOf(string name) => name switch
    {
        "script" => HtmlParseMode.Script,
        "style" or "noscript" or "iframe" or "noembed" or "noframes" or "xmp" => HtmlParseMode.Rawtext,
        "title" or "textarea" => HtmlParseMode.RCData,
        _ => HtmlParseMode.PCData,
    };

    private void OnStart(HtmlTagToken tag)
    {
        switch (tag.Name)
        {
            case var _ when _raw is not null:
                break;
            case "script" or "style" or "noscript" or "iframe" or "noembed" or "noframes" or "xmp":
            case "template" or "svg" or "math" when !tag.IsSelfClosing:
                _raw = tag.Name;
                break;
            case "title":
                _raw = tag.Name;
                _label.Clear();
                break;
            case "base" when _url is not null && Attribute(tag, "href") is { } href && Uri.TryCreate(_url, href, out var absolute):
                _base = absolute;
                break;
            case "a" or "area":
                EndLink();
                if (Attribute(tag, "href") is { } target)
                {
                    _href = target;
                    _linkLabel = Attribute(tag, "aria-label") ?? Attribute(tag, "title") ?? Attribute(tag, "alt");
                    _label.Clear();
                }
                break;
            case "img" when _href is not null && Attribute(tag, "alt") is { } alternative:
                Append(_label, alternative, MaxLabel);
                break;
            case "meta":
                OnMeta(Attribute(tag, "name") ?? "", Attribute(tag, "content") ?? "");
                break;
            case var _ when _forms.OnStart(tag):
                break;
            default:
                // A tag parts words, as nearly all of them do on the screen.
                OnText(" ");
                break;
        }
    }

    private void OnEnd(string name)
    {
        if (_raw is not null)
        {
            if (name != _raw)
            {
                return;
            }
            if (name == "title" && _page.Title.Length == 0)
            {
                _page.Title = Label();
            }
            _raw = null;
            return;
        }
        switch (name)
        {
            case "a":
                EndLink();
                break;
            case var _ when _forms.OnEnd(name):
                break;
            default:
                OnText(" ");
                break;
        }
    }

    private void OnText(string text)
    {
        if (_raw is not null and not "title")
        {
            return;
        }
        if (_raw is "title")
        {
            Append(_label, text, MaxLabel);
            return;
        }
        if (_forms.OnText(text))
        {
            return;
        }
        if (_href is not null)
        {
            Append(_label, text, MaxLabel);
        }
        Append(_text, text, MaxText);
    }

    private void OnMeta(string name, string content)
    {
        if (CsrfNames.IsHeaderName(name))
        {
            _page.CsrfHeader = Bounded(content, MaxLabel);
        }
        else if (CsrfNames.IsValue(name) && content.Length is > 0 and <= MaxReference)
        {
            _page.Csrf ??= (name, content);
        }
    }

    private void EndLink()
    {
        if (_href is { } href && Resolve(href) is { } resolved)
        {
            if (_page.Links.Count < MaxLinks && _linked + resolved.Length <= MaxLinked)
            {
                _linked += resolved.Length;
                var text = Label();
                _page.Links.Add(new HtmlLink(text.Length > 0 ? text : Collapse(Bounded(_linkLabel ?? "", MaxLabel)), resolved));
            }
            else
            {
                _page.IsCut = true;
            }
        }
        if (_href is not null)
        {
            Append(_text, " ", MaxText);
        }
        _href = null;
    }

    /// <summary>A reference as a path on the page's own host, absolute elsewhere; null for one that is no page (<c>javascript:</c>, <c>mailto:</c>, <c>#part</c>).</summary>
    private string? Resolve(string reference)
    {
        reference = reference.Trim();
        if (reference.StartsWith('#') || reference.Length > MaxReference)
        {
            return null;
        }
        if (_base is null || !Uri.TryCreate(_base, reference, out var url))
        {
            return _base is null ? reference : null;
        }
        return url.Scheme is not ("http" or "https") ? null
            : _target is not null ? TargetReference.Write(url, _target)
            : _url is not null && url.Scheme == _url.Scheme && url.Authority == _url.Authority ? url.PathAndQuery
            : url.AbsoluteUri;
    }

    /// <summary>Value of an attribute; null where the tag has none.</summary>
    public static string? Attribute(HtmlTagToken tag, string name)
    {
        foreach (var attribute in tag.Attributes)
        {
            if (attribute.Name == name)
            {
                return attribute.Value;
            }
        }
        return null;
    }

    private void Append(StringBuilder into, string text, int limit)
    {
        if (into.Length >= limit)
        {
            _page.IsCut |= ReferenceEquals(into, _text);
            return;
        }
        // White space is collapsed at the end; some of it must not use up the room for words.
        if (string.IsNullOrWhiteSpace(text))
        {
            _ = into.Length > 0 && into[^1] != ' ' ? into.Append(' ') : into;
            return;
        }
        into.Append(text.AsSpan(0, Math.Min(text.Length, limit)));
    }

    private string Label() => Collapse(Bounded(_label.ToString(), MaxLabel));

    /// <summary>Cut, without splitting a surrogate pair.</summary>
    public static string Bounded(string text, int length) => ObservationWriter.Cut(text, length);

    /// <summary>With white space as the screen shows it.</summary>
    public static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
