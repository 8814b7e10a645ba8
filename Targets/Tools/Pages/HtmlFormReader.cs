using System.Text;
using AngleSharp.Html.Parser.Tokens;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>Reads the forms of a page from its tags: the fields that a browser would send, and what it would send for them.</summary>
/// <param name="page">Where they go.</param>
/// <param name="resolve">Makes a reference one on the target; null for one that is no page.</param>
internal sealed class HtmlFormReader(HtmlPage page, Func<string, string?> resolve)
{
    private const int MaxForms = 20;
    private const int MaxFields = 60;
    private const int MaxOptions = 50;

    /// <summary>Most characters of all values of a page: a token against forgery fits many times, and the saved state of most pages.</summary>
    private const int MaxValues = 32 * 1024;

    private readonly StringBuilder _label = new();
    private HtmlForm? _form;
    private HtmlField? _field;
    private HtmlButton? _button;
    private bool _inOption;
    private bool _isSelected;
    private bool _isDisabledOption;
    private string? _optionValue;
    private int _fieldsets;
    private int? _disabledFrom;
    private int _kept;

    /// <summary>Takes a start tag; false where it is no part of a form.</summary>
    public bool OnStart(HtmlTagToken tag)
    {
        switch (tag.Name)
        {
            case "form":
                StartForm(tag);
                return true;
            case "fieldset":
                _fieldsets++;
                if (_disabledFrom is null && HtmlReader.Attribute(tag, "disabled") is not null)
                {
                    _disabledFrom = _fieldsets;
                }
                return false;
            case "input" or "button" or "select" or "textarea":
                StartField(tag);
                return true;
            case "option":
                EndOption();
                _inOption = true;
                _optionValue = HtmlReader.Attribute(tag, "value");
                _isSelected = HtmlReader.Attribute(tag, "selected") is not null;
                _isDisabledOption = HtmlReader.Attribute(tag, "disabled") is not null;
                _label.Clear();
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes an end tag; false where it is no part of a form.</summary>
    public bool OnEnd(string name)
    {
        switch (name)
        {
            case "form":
                EndOption();
                (_form, _field, _button) = (null, null, null);
                return true;
            case "fieldset":
                _disabledFrom = _disabledFrom == _fieldsets ? null : _disabledFrom;
                _fieldsets = Math.Max(0, _fieldsets - 1);
                return false;
            case "button":
                _button = null;
                return false;
            case "option":
                EndOption();
                return true;
            case "select":
                EndOption();
                _field = null;
                return true;
            case "textarea":
                if (_field is { Type: "textarea" })
                {
                    // The line break behind the tag is none of its text (HTML, "The textarea element").
                    var text = _label.ToString();
                    text = text.StartsWith("\r\n", StringComparison.Ordinal) ? text[2..] : text.StartsWith('\n') ? text[1..] : text;
                    _field.Value = text.Length == 0 ? null : Keep(_field, text);
                }
                _field = null;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Takes text; false where it can be read on the page.</summary>
    public bool OnText(string text)
    {
        if (_inOption || _field is { Type: "textarea" })
        {
            // One more than is kept, so that too much of it is seen to be too much.
            var room = (_inOption ? HtmlReader.MaxLabel : MaxValues + 1) - _label.Length;
            _label.Append(text.AsSpan(0, Math.Clamp(room, 0, text.Length)));
            return true;
        }
        if (_button is { Text.Length: < HtmlReader.MaxLabel })
        {
            _button.Text = HtmlReader.Collapse(HtmlReader.Bounded($"{_button.Text} {text}", HtmlReader.MaxLabel));
        }
        return _field is { Type: "select" };
    }

    private void StartForm(HtmlTagToken tag)
    {
        // Forms do not nest (HTML, "The form element"): a second start is none.
        if (_form is not null)
        {
            return;
        }
        var id = HtmlReader.Attribute(tag, "id") ?? HtmlReader.Attribute(tag, "name");
        _form = new HtmlForm(Action(HtmlReader.Attribute(tag, "action") ?? ""), Method(HtmlReader.Attribute(tag, "method")))
        {
            Id = id is null ? null : HtmlReader.Bounded(id, HtmlReader.MaxLabel),
            Encoding = Encoding(HtmlReader.Attribute(tag, "enctype")),
            IsUnchecked = HtmlReader.Attribute(tag, "novalidate") is not null,
        };
        if (page.Forms.Count < MaxForms)
        {
            page.Forms.Add(_form);
        }
        else
        {
            page.IsCut = true;
        }
    }

    private void StartField(HtmlTagToken tag)
    {
        EndOption();
        var isOpen = tag.Name is "select" or "textarea";
        var type = isOpen ? tag.Name : (HtmlReader.Attribute(tag, "type") ?? (tag.Name == "button" ? "submit" : "text")).ToLowerInvariant();
        type = HtmlReader.Bounded(type, 20);
        var field = new HtmlField(HtmlReader.Bounded(HtmlReader.Attribute(tag, "name") ?? "", HtmlReader.MaxLabel), tag.Name == "button" ? "button" : type)
        {
            IsRequired = HtmlReader.Attribute(tag, "required") is not null,
            IsMultiple = HtmlReader.Attribute(tag, "multiple") is not null,
            IsOpen = int.TryParse(HtmlReader.Attribute(tag, "size"), out var size) && size > 1,
        };
        _label.Clear();
        _field = isOpen ? field : null;
        var form = HtmlReader.Attribute(tag, "form") is { } id ? page.Forms.Find(known => known.Id == id) : _form;
        if (form is null || type == "reset" || HtmlReader.Attribute(tag, "disabled") is not null || _disabledFrom is not null)
        {
            return;
        }
        if (type is "submit" or "image")
        {
            AddButton(tag, form, field.Name);
        }
        if (field.Name.Length == 0 || type == "image")
        {
            return;
        }
        // What a browser would send: a password is the session's own and never shown.
        if (!isOpen && type != "password" && HtmlReader.Attribute(tag, "value") is { Length: > 0 } value)
        {
            field.Value = Keep(field, value);
        }
        AddField(tag, form, field);
    }

    private void AddButton(HtmlTagToken tag, HtmlForm form, string name)
    {
        if (form.Buttons.Count == MaxFields)
        {
            page.IsCut = true;
            return;
        }
        var value = HtmlReader.Bounded(HtmlReader.Attribute(tag, "value") ?? "", HtmlReader.MaxLabel);
        var button = new HtmlButton(name, value)
        {
            Text = tag.Name == "button" ? "" : value,
            Action = HtmlReader.Attribute(tag, "formaction") is { } action ? Action(action) : null,
            Method = HtmlReader.Attribute(tag, "formmethod") is { } method ? Method(method) : null,
            Encoding = Encoding(HtmlReader.Attribute(tag, "formenctype")),
            IsUnchecked = HtmlReader.Attribute(tag, "formnovalidate") is not null,
        };
        form.Buttons.Add(button);
        _button = tag.Name == "button" ? button : null;
    }

    private void AddField(HtmlTagToken tag, HtmlForm form, HtmlField field)
    {
        var known = field.Type is "radio" ? form.Fields.Find(other => other.Type == "radio" && other.Name == field.Name) : null;
        if (field.Type is "radio" or "checkbox")
        {
            var value = field.Value ?? "on";
            var chosen = known ?? field;
            chosen.Value = HtmlReader.Attribute(tag, "checked") is not null ? value : known?.Value;
            if (chosen.Options.Count < MaxOptions)
            {
                chosen.Options.Add(value);
            }
            else
            {
                page.IsCut = true;
            }
        }
        if (known is not null)
        {
            return;
        }
        if (form.Fields.Count < MaxFields)
        {
            form.Fields.Add(field);
        }
        else
        {
            page.IsCut = true;
        }
    }

    private void EndOption()
    {
        if (_inOption && _field is { Type: "select" } select)
        {
            var value = _optionValue ?? HtmlReader.Collapse(_label.ToString());
            if (_isDisabledOption)
            {
                select.IsOpen |= _isSelected;
            }
            else if (select.Options.Count < MaxOptions && Keep(select, value) is { } kept)
            {
                select.Options.Add(kept);
                if (_isSelected)
                {
                    select.Value = kept;
                    select.Selected.Add(kept);
                }
            }
            else
            {
                page.IsCut = true;
            }
        }
        _inOption = false;
    }

    /// <summary>The value, while there is room for the values of a page; null where there is none, which the field remembers.</summary>
    private string? Keep(HtmlField field, string value)
    {
        if (_kept + value.Length > MaxValues)
        {
            field.IsLost = true;
            page.IsCut = true;
            return null;
        }
        _kept += value.Length;
        return value;
    }

    /// <summary>Where a form goes that says nothing, or a place on its page: to the page.</summary>
    private string Action(string reference)
    {
        var isPage = string.IsNullOrWhiteSpace(reference) || reference.TrimStart().StartsWith('#');
        var action = (isPage ? page.Url is { } url ? resolve(url.AbsoluteUri) : "" : resolve(reference)) ?? "";
        _kept += action.Length;
        return _kept <= MaxValues ? action : "";
    }

    private static string Method(string? method) => string.Equals(method, "post", StringComparison.OrdinalIgnoreCase) ? "POST"
        : string.Equals(method, "dialog", StringComparison.OrdinalIgnoreCase) ? "DIALOG"
        : "GET";

    private static string? Encoding(string? type) => type?.ToLowerInvariant() is "multipart/form-data" or "text/plain" ? type.ToLowerInvariant() : null;
}
