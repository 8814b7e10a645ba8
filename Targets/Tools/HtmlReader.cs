using System.Text;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;

namespace ApeTest.Targets.Tools;

/// <summary>
/// Reduces a page to title, text, links and forms in one pass over AngleSharp's tokens. No tree is built: a hostile page that nests a
/// hundred thousand elements makes tree construction quadratic, and tokens cost the same however they nest.
/// </summary>
internal sealed class HtmlReader
{
    private const int MaxText = 20_000;
    private const int MaxLinks = 100;
    private const int MaxForms = 20;
    private const int MaxFields = 60;
    private const int MaxOptions = 50;

    /// <summary>Longest text of a link, title or option.</summary>
    private const int MaxLabel = 120;

    /// <summary>Longest value: a token against forgery fits, a page's whole saved state does not.</summary>
    private const int MaxValue = 2000;

    private readonly HtmlPage _page = new();
    private readonly Uri? _url;
    private readonly Uri? _target;
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _label = new();
    private Uri? _base;
    private string? _href;
    private string? _linkLabel;
    private HtmlForm? _form;
    private HtmlField? _field;
    private bool _inOption;
    private bool _isSelected;
    private string? _optionValue;

    /// <summary>Name of the element whose raw text is being passed over or taken; null in ordinary text.</summary>
    private string? _raw;

    private HtmlReader(Uri? url, Uri? target)
    {
        _url = url;
        _target = target;
        _base = url;
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
            case "form":
                StartForm(tag);
                break;
            case "input" or "button" or "select" or "textarea":
                StartField(tag);
                break;
            case "option":
                EndOption();
                _inOption = true;
                _optionValue = Attribute(tag, "value");
                _isSelected = Attribute(tag, "selected") is not null;
                _label.Clear();
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
            case "form":
                EndOption();
                (_form, _field) = (null, null);
                break;
            case "option":
                EndOption();
                break;
            case "select":
                EndOption();
                _field = null;
                break;
            case "textarea":
                if (_field is { Type: "textarea" })
                {
                    _field.Value = _label.Length == 0 ? null : Bounded(_label.ToString(), MaxValue);
                }
                _field = null;
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
        if (_raw is "title" || _inOption || _field is { Type: "textarea" })
        {
            Append(_label, text, _field is { Type: "textarea" } ? MaxValue : MaxLabel);
            return;
        }
        if (_href is not null)
        {
            Append(_label, text, MaxLabel);
        }
        if (_field is not { Type: "select" })
        {
            Append(_text, text, MaxText);
        }
    }

    private void EndLink()
    {
        if (_href is { } href && Resolve(href) is { } resolved)
        {
            if (_page.Links.Count < MaxLinks)
            {
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

    private void StartForm(HtmlTagToken tag)
    {
        // Forms do not nest (HTML, "The form element"): a second start is none.
        if (_form is not null)
        {
            return;
        }
        var method = string.Equals(Attribute(tag, "method"), "post", StringComparison.OrdinalIgnoreCase) ? "POST" : "GET";
        _form = new HtmlForm(Resolve(Attribute(tag, "action") ?? "") ?? "", method);
        if (_page.Forms.Count < MaxForms)
        {
            _page.Forms.Add(_form);
        }
        else
        {
            _page.IsCut = true;
        }
    }

    private void StartField(HtmlTagToken tag)
    {
        EndOption();
        var type = tag.Name is "select" or "textarea" ? tag.Name : (Attribute(tag, "type") ?? (tag.Name == "button" ? "submit" : "text")).ToLowerInvariant();
        type = Bounded(type, 20);
        _field = new HtmlField(Bounded(Attribute(tag, "name") ?? "", MaxLabel), tag.Name == "button" ? "button" : type)
        {
            IsRequired = Attribute(tag, "required") is not null,
        };
        _label.Clear();
        var isOpen = tag.Name is "select" or "textarea";
        if (_form is null || _field.Name.Length == 0 || type is "reset" or "image" || Attribute(tag, "disabled") is not null)
        {
            _field = isOpen ? _field : null;
            return;
        }
        // What a browser would send: a password is the session's own and never shown.
        var value = Attribute(tag, "value");
        if (!isOpen && type != "password" && value is { Length: > 0 })
        {
            _field.Value = value.Length <= MaxValue ? value : null;
            _page.IsCut |= value.Length > MaxValue;
        }
        AddField(tag, type, isOpen);
    }

    private void AddField(HtmlTagToken tag, string type, bool isOpen)
    {
        var known = type is "radio" ? _form!.Fields.Find(field => field.Type == "radio" && field.Name == _field!.Name) : null;
        if (type is "radio" or "checkbox")
        {
            var value = _field!.Value ?? "on";
            var field = known ?? _field;
            field.Value = Attribute(tag, "checked") is not null ? value : known?.Value;
            if (field.Options.Count < MaxOptions)
            {
                field.Options.Add(value);
            }
        }
        if (known is null)
        {
            if (_form!.Fields.Count < MaxFields)
            {
                _form.Fields.Add(_field!);
            }
            else
            {
                _page.IsCut = true;
            }
        }
        _field = isOpen ? _field : null;
    }

    private void EndOption()
    {
        if (_inOption && _field is { Type: "select" })
        {
            var value = Bounded(_optionValue ?? Label(), MaxLabel);
            if (_field.Options.Count < MaxOptions)
            {
                _field.Options.Add(value);
            }
            else
            {
                _page.IsCut = true;
            }
            if (_isSelected)
            {
                _field.Value = value;
            }
        }
        _inOption = false;
    }

    /// <summary>A reference as a path on the page's own host, absolute elsewhere; null for one that is no page (<c>javascript:</c>, <c>mailto:</c>, <c>#part</c>).</summary>
    private string? Resolve(string reference)
    {
        reference = reference.Trim();
        if (reference.StartsWith('#') || reference.Length > MaxValue)
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

    private static string? Attribute(HtmlTagToken tag, string name)
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

    private static string Bounded(string text, int length) => ObservationWriter.Cut(text, length);

    private static string Collapse(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
