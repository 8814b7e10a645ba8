using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Scenarios.Data;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Keeps the session's secret values (fields under <c>secrets:</c>, what it picked up on the way, credentials in the target's headers) out of prompts, records and
/// logs by writing their placeholders instead, however the target spells them. Values shorter than 4 characters are left: they would match everywhere. What was
/// picked up is kept to the newest 64 values, so that a target that hands out a new one with each answer costs no more than that.
/// </summary>
internal sealed class SessionSecrets
{
    private const int MinLength = 4;
    private const int MostPickedUp = 64;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };

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

    /// <summary>What is looked for where <paramref name="value"/> is a secret; nothing for a value that is too short to be told from other text.</summary>
    public static IEnumerable<SecretForm> Forms(string value, string replacement) => value.Length < MinLength ? [] : SecretForm.Of(value, replacement);

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
            text = form.Replace(text);
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
        var clean = CleanJson(text);
        if (ReferenceEquals(text, clean))
        {
            return value;
        }
        using var document = JsonDocument.Parse(clean, Deep);
        return document.RootElement.Clone();
    }

    /// <summary>The same of a JSON text, which stays one: a number that is a secret becomes a text. A text that is none is cleaned as it is.</summary>
    public string CleanJson(string json)
    {
        var clean = Clean(json);
        if (ReferenceEquals(clean, json) || !_forms.Exists(static form => form.IsNumber) || IsJson(clean) || !IsJson(json))
        {
            return clean;
        }
        using var document = JsonDocument.Parse(json, Deep);
        var output = new ArrayBufferWriter<byte>(json.Length + 64);
        using (var writer = new Utf8JsonWriter(output, Readable))
        {
            Write(writer, document.RootElement);
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(Clean(member.Name));
                    Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Clean(value.GetString()!));
                break;
            case JsonValueKind.Number when Clean(value.GetRawText()) is var text && text != value.GetRawText():
                writer.WriteStringValue(text);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Deep);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Add(string value, string replacement)
    {
        if (_forms.Exists(form => form.Secret == value))
        {
            return;
        }
        foreach (var form in Forms(value, replacement))
        {
            Insert(form);
        }
    }

    private void Insert(SecretForm form)
    {
        var at = _forms.FindIndex(each => each.Secret.Length < form.Secret.Length);
        _forms.Insert(at < 0 ? _forms.Count : at, form);
    }
}
