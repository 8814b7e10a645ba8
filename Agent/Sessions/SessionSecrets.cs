using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Keeps the session's secret values (fields under <c>secrets:</c>, what it picked up on the way, credentials in the target's headers) out of prompts, records and
/// logs by writing their placeholders instead, however the target spells them. Values shorter than 4 characters are left: they would match everywhere. What was
/// picked up is kept to the newest 64 values, so that a target that hands out a new one with each answer costs no more than that.
/// </summary>
internal sealed class SessionSecrets
{
    public const string Redacted = "[redacted]";

    private const int MinLength = 4;
    private const int MostPickedUp = 64;

    // The longest first: a secret may contain another.
    private readonly List<SecretForm> _forms = [];
    private readonly Queue<string> _pickedUp = new();

    /// <param name="secrets">Values of the session's own by placeholder.</param>
    /// <param name="shared">Forms that all sessions of the run have (<see cref="Forms"/>). Default none.</param>
    public SessionSecrets(IReadOnlyDictionary<string, string> secrets, IReadOnlyList<SecretForm>? shared = null)
    {
        foreach (var form in shared ?? [])
        {
            Insert(form);
        }
        foreach (var (name, value) in secrets)
        {
            Add(value, Template.Placeholder(name));
        }
    }

    /// <summary>Each way in which a value may stand in a text, and what is written instead; none for a value that is too short to be told from other text.</summary>
    public static IEnumerable<SecretForm> Forms(string value, string replacement) => value.Length < MinLength ? []
        : SecretSpellings.Escaped(value).Concat(SecretSpellings.InBase64(value)).Select(text => new SecretForm(text, value, replacement));

    /// <summary>From now on what the session picked up is written as <paramref name="replacement"/>.</summary>
    public void PickUp(string value, string replacement)
    {
        if (value.Length < MinLength || _forms.Exists(form => form.Secret == value))
        {
            return;
        }
        Add(value, replacement);
        _pickedUp.Enqueue(value);
        if (_pickedUp.Count > MostPickedUp)
        {
            var oldest = _pickedUp.Dequeue();
            _forms.RemoveAll(form => form.Secret == oldest);
        }
    }

    public string Clean(string text)
    {
        foreach (var form in _forms)
        {
            if (text.Contains(form.Text, StringComparison.Ordinal))
            {
                text = text.Replace(form.Text, form.Replacement, StringComparison.Ordinal);
            }
        }
        return text;
    }

    public JsonElement Clean(JsonElement value)
    {
        if (_forms.Count == 0 || value.ValueKind is JsonValueKind.Undefined)
        {
            return value;
        }
        var text = value.GetRawText();
        var clean = Clean(text);
        if (ReferenceEquals(text, clean))
        {
            return value;
        }
        try
        {
            using var document = JsonDocument.Parse(clean);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The secret was a bare number or part of a literal: rather no arguments than a secret on disk.
            return JsonSerializer.SerializeToElement(Redacted);
        }
    }

    private void Add(string value, string replacement)
    {
        foreach (var form in Forms(value, replacement))
        {
            Insert(form);
        }
    }

    private void Insert(SecretForm form)
    {
        if (_forms.Exists(each => each.Text == form.Text))
        {
            return;
        }
        var at = _forms.FindIndex(each => each.Text.Length < form.Text.Length);
        _forms.Insert(at < 0 ? _forms.Count : at, form);
    }
}
