using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Targets.Sessions.Csrf;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>What is sent for the fields of a form (HTML, "Constructing the entry list"): the page's values, changed by those that a call gives.</summary>
/// <param name="form">The form.</param>
/// <param name="button">Button that is pressed; null for none.</param>
internal sealed class FormEntries(HtmlForm form, HtmlButton? button)
{
    private static readonly JsonElement NoFile = JsonDocument.Parse("""{"filename":"","base64":""}""").RootElement.Clone();

    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement("");

    /// <summary>Name, value (text, or a file's description) and whether it is a file, in the form's order.</summary>
    public List<(string Name, JsonElement Value, bool IsFile)> Pairs { get; } = [];

    /// <summary>Values against forgery that the form carries: <c>field:_csrf</c> -> where it is from; null for none.</summary>
    public Dictionary<string, string>? Carried { get; private set; }

    /// <summary>A value as it is written: a file by its name.</summary>
    public static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.TryGetProperty("filename", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : ""
        : StyleWriter.Simple(value);

    /// <summary>Fills in the form. False with an error in the form of a schema error.</summary>
    public bool TryFill(JsonElement given, out string? error)
    {
        error = null;
        foreach (var field in given.EnumerateObject())
        {
            if (!form.Fields.Exists(known => known.Name == field.Name))
            {
                error = $"$.fields.{field.Name}: the form has no such field; it has: {PageCall.List(form.Fields.Select(static known => known.Name).Distinct(StringComparer.Ordinal))}";
                return false;
            }
        }
        // Of several fields of one name the given values are spread in order, over those that are not hidden if there are any.
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var field in form.Fields)
        {
            if (field.IsButton)
            {
                continue;
            }
            var isGiven = given.TryGetProperty(field.Name, out var value) && Takes(field);
            if (isGiven && value.ValueKind == JsonValueKind.Array && field is { Type: not ("checkbox" or "select" or "file"), IsMultiple: false })
            {
                var index = taken.GetValueOrDefault(field.Name);
                taken[field.Name] = index + 1;
                isGiven = index < value.GetArrayLength();
                value = isGiven ? value[index] : default;
            }
            else if (isGiven && field.Type is not ("checkbox" or "radio") && value.ValueKind != JsonValueKind.Array && !taken.TryAdd(field.Name, 1))
            {
                isGiven = false;
            }
            error = isGiven ? Fill(field, value) : Keep(field);
            if (error is not null)
            {
                return false;
            }
        }
        if (button is { Name.Length: > 0 })
        {
            Add(button.Name, button.Value);
        }
        return true;
    }

    /// <summary>A hidden field gives way to one of its name that can be seen: Rails puts one before each check box.</summary>
    private bool Takes(HtmlField field) => field.Type != "hidden" || !form.Fields.Exists(other => other.Name == field.Name && other.Type != "hidden");

    private string? Fill(HtmlField field, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null)
        {
            return Missing(field, isMissing: true);
        }
        switch (field.Type)
        {
            case "checkbox":
                return Check(field, value);
            case "radio" or "select":
                return Choose(field, value);
            case "file":
                var files = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value];
                Pairs.AddRange(files.Select(file => (field.Name, file, true)));
                return Missing(field, files.Count == 0);
            default:
                if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                {
                    return $"$.fields.{field.Name}: must be text, a number or a boolean, as a {field.Type} field takes it";
                }
                var text = StyleWriter.Simple(value);
                Add(field.Name, text);
                return Missing(field, text.Length == 0);
        }
    }

    /// <summary>What the page has in the field.</summary>
    private string? Keep(HtmlField field)
    {
        if (field.IsLost && field.Value is null)
        {
            return $"$.fields.{field.Name}: the page's value is too long to be kept; give it, or take another way";
        }
        switch (field.Type)
        {
            case "checkbox" or "radio" when field.Value is null:
                return Missing(field, isMissing: true);
            case "select" when field.IsMultiple:
                field.Selected.ForEach(selected => Add(field.Name, selected));
                return Missing(field, field.Selected.Count == 0);
            case "select":
                if ((field.Value ?? (field.IsOpen ? null : field.Options.FirstOrDefault())) is not { } chosen)
                {
                    return Missing(field, isMissing: true);
                }
                Add(field.Name, chosen);
                return Missing(field, chosen.Length == 0);
            case "file":
                Pairs.Add((field.Name, NoFile, true));
                return Missing(field, isMissing: true);
            case "hidden":
                Add(field.Name, field.Name == "_charset_" ? "UTF-8" : field.Value ?? "");
                if (CsrfNames.IsField(field.Name))
                {
                    (Carried ??= new(StringComparer.Ordinal))[$"field:{field.Name}"] = RedactedText.From("hidden field of the page");
                }
                return null;
            default:
                Add(field.Name, field.Value ?? "");
                return Missing(field, field.Value is null);
        }
    }

    private string? Check(HtmlField field, JsonElement value)
    {
        var own = field.Options.FirstOrDefault() ?? "on";
        var siblings = form.Fields.FindAll(other => other.Name == field.Name);
        bool isChecked;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (siblings.Count(static other => other.Type == "checkbox") > 1 && value.ValueKind == JsonValueKind.True)
            {
                return $"$.fields.{field.Name}: several check boxes have this name; give the values of those to check: {PageCall.List(siblings.SelectMany(static other => other.Options))}";
            }
            isChecked = value.ValueKind == JsonValueKind.True;
        }
        else
        {
            var wanted = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(StyleWriter.Simple).ToList() : [StyleWriter.Simple(value)];
            var known = siblings.SelectMany(static other => other.Type == "hidden" ? [other.Value ?? ""] : other.Options).ToHashSet(StringComparer.Ordinal);
            if (wanted.Find(one => !known.Contains(one) && one is not ("true" or "false" or "")) is { } unknown)
            {
                return $"$.fields.{field.Name}: '{unknown}' is none of its values: {PageCall.List(siblings.SelectMany(static other => other.Options))}";
            }
            isChecked = wanted.Contains(own, StringComparer.Ordinal) || (wanted is ["true"] && siblings.Count(static other => other.Type == "checkbox") == 1);
        }
        if (isChecked)
        {
            Add(field.Name, own);
        }
        return Missing(field, !isChecked);
    }

    private string? Choose(HtmlField field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && !field.IsMultiple)
        {
            return $"$.fields.{field.Name}: takes one value";
        }
        var wanted = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(StyleWriter.Simple).ToList() : [StyleWriter.Simple(value)];
        foreach (var one in wanted)
        {
            // A page with more options than are kept is believed to have the one that is missing.
            if (!field.Options.Contains(one, StringComparer.Ordinal) && !field.IsLost)
            {
                return $"$.fields.{field.Name}: '{one}' is none of its values: {PageCall.List(field.Options)}";
            }
            Add(field.Name, one);
        }
        return Missing(field, wanted.TrueForAll(static one => one.Length == 0));
    }

    /// <summary>A browser does not send a form while a required field is empty, unless the page says so.</summary>
    private string? Missing(HtmlField field, bool isMissing) => isMissing && field.IsRequired && !form.IsUnchecked && button?.IsUnchecked != true
        ? $"$.fields.{field.Name}: is required by the form"
        : null;

    private void Add(string name, string value) => Pairs.Add((name, value.Length == 0 ? Nothing : JsonSerializer.SerializeToElement(Lines(value)), false));

    /// <summary>Line breaks as forms send them (HTML, "Constructing the entry list", normalized newlines).</summary>
    private static string Lines(string value) => value.ContainsAny('\r', '\n') ? value.ReplaceLineEndings("\r\n") : value;
}
