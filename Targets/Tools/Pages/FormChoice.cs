using System.Text.Json;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>Finds the form and the button that a call means.</summary>
internal static class FormChoice
{
    /// <summary>The form: the one named, else the one that has all the fields given. Null with an error where none or several are meant.</summary>
    public static HtmlForm? Find(HtmlPage page, JsonElement arguments, JsonElement fields, out string? error)
    {
        error = null;
        if (page.Forms.Count == 0)
        {
            error = $"$.form: the page {page.Url?.AbsolutePath} has no form";
            return null;
        }
        if (arguments.TryGetProperty("form", out var wanted))
        {
            var named = wanted.ValueKind == JsonValueKind.Number
                ? wanted.TryGetInt32(out var number) && number >= 1 && number <= page.Forms.Count ? page.Forms[number - 1] : null
                : Single(page.Forms, form => form.Id == wanted.GetString()) ?? Single(page.Forms, form => form.Action == wanted.GetString());
            error = named is not null ? null : $"$.form: is none of the page's forms, or several: {Describe(page.Forms)}";
            return named;
        }
        var names = fields.EnumerateObject().Select(static field => field.Name).ToList();
        var able = page.Forms.FindAll(form => names.TrueForAll(name => form.Fields.Exists(field => field.Name == name)));
        if (able.Count > 1 && arguments.TryGetProperty("button", out var button))
        {
            able = able.FindAll(form => Buttons(form, button.GetString()!).Count > 0);
        }
        switch (able.Count)
        {
            case 1:
                return able[0];
            case 0:
                error = $"$.fields: no form of the page {page.Url?.AbsolutePath} has the fields {string.Join(", ", names)}; it has: {Describe(page.Forms)}";
                return null;
            default:
                error = $"$.form: several forms of the page could be meant; give the number of one: {Describe(page.Forms)}";
                return null;
        }
    }

    /// <summary>The button that is pressed: the one named, one given among the fields, else the first; null where the form has none.</summary>
    public static bool TryButton(HtmlForm form, JsonElement arguments, JsonElement fields, out HtmlButton? button, out string? error)
    {
        error = null;
        if (arguments.TryGetProperty("button", out var wanted))
        {
            button = Buttons(form, wanted.GetString()!).FirstOrDefault();
            error = button is not null ? null
                : $"$.button: the form has no such button; it has: {PageCall.List(form.Buttons.Select(static known => known.Text.Length > 0 ? known.Text : known.Name))}";
            return button is not null;
        }
        button = form.Buttons.Find(known => known.Name.Length > 0 && fields.TryGetProperty(known.Name, out var value)
            && (value.ValueKind != JsonValueKind.String || value.GetString() == known.Value || value.GetString() == known.Text)) ?? form.Buttons.FirstOrDefault();
        return true;
    }

    private static List<HtmlButton> Buttons(HtmlForm form, string wanted)
    {
        var exact = form.Buttons.FindAll(button => button.Name == wanted || button.Value == wanted);
        return exact.Count > 0 ? exact : form.Buttons.FindAll(button => button.Text.Equals(wanted.Trim(), StringComparison.OrdinalIgnoreCase));
    }

    private static HtmlForm? Single(List<HtmlForm> forms, Predicate<HtmlForm> match) => forms.FindAll(match) is [var one] ? one : null;

    private static string Describe(List<HtmlForm> forms) => PageCall.List(forms.Select(static (form, index) =>
        $"{index + 1} {form.Method} {form.Action} ({string.Join(", ", form.Fields.Where(static field => field.Type != "hidden").Select(static field => field.Name).Distinct(StringComparer.Ordinal))})"));
}
