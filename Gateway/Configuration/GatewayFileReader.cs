using System.Globalization;
using System.Text.Json;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Configuration;

/// <summary>Binds a gateway file field by field, collecting what does not fit.</summary>
internal sealed class GatewayFileReader
{
    /// <summary>Known keys, in the order in which errors list them.</summary>
    public static readonly string[] FileKeys = ["$schema", "targets", "limits"];

    public static readonly string[] TargetKeys = ["name", "url", "openapi", "hosts", "headers", "timeout", "insecure", "deny", "allow"];

    public static readonly string[] LimitKeys = ["requestBudget", "bodyBytes"];

    /// <summary>Errors so far.</summary>
    public List<OptionError> Errors { get; } = [];

    public GatewayFile Read(JsonElement root)
    {
        var file = new GatewayFile();
        foreach (var (key, value) in Fields(root, "", FileKeys))
        {
            if (key == "targets")
            {
                file.Targets = Items(value, "targets", ReadTarget);
            }
            else if (key == "limits")
            {
                file.Limits = ReadLimits(value);
            }
        }
        return file;
    }

    private TargetOptions ReadTarget(JsonElement element, string at)
    {
        var target = new TargetOptions { Name = "", Url = "" };
        foreach (var (key, value) in Fields(element, at, TargetKeys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "name":
                    target.Name = Text(value, path) ?? "";
                    break;
                case "url":
                    target.Url = Text(value, path) ?? "";
                    break;
                case "openapi":
                    target.OpenApi = value.ValueKind == JsonValueKind.Null ? null : Text(value, path);
                    break;
                case "hosts":
                    target.Hosts = Texts(value, path);
                    break;
                case "headers":
                    foreach (var (name, header) in Fields(value, path, known: null))
                    {
                        target.Headers[name] = Text(header, $"{path}.{name}") ?? "";
                    }
                    break;
                case "timeout":
                    target.Timeout = Text(value, path) ?? "";
                    break;
                case "insecure":
                    target.Insecure = Flag(value, path);
                    break;
                case "deny":
                    target.Deny = Texts(value, path);
                    break;
                case "allow":
                    target.Allow = Texts(value, path);
                    break;
            }
        }
        return target;
    }

    private LimitOptions ReadLimits(JsonElement element)
    {
        var limits = new LimitOptions();
        foreach (var (key, value) in Fields(element, "limits", LimitKeys))
        {
            if (key == "requestBudget")
            {
                limits.RequestBudget = value.ValueKind == JsonValueKind.Null ? null : Number(value, "limits.requestBudget");
            }
            else
            {
                limits.BodyBytes = Number(value, "limits.bodyBytes") ?? limits.BodyBytes;
            }
        }
        return limits;
    }

    private List<(string Key, JsonElement Value)> Fields(JsonElement element, string at, string[]? known)
    {
        var fields = new List<(string, JsonElement)>();
        if (element.ValueKind != JsonValueKind.Object)
        {
            Add(at, "must be an object", "write { ... }");
            return fields;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var path = at.Length == 0 ? property.Name : $"{at}.{property.Name}";
            if (known is not null && !known.Contains(property.Name, StringComparer.Ordinal))
            {
                Add(path, "is not a known field", $"known: {string.Join(", ", known)}");
            }
            else if (!seen.Add(property.Name))
            {
                Add(path, "stands twice", "remove one of the two");
            }
            else
            {
                fields.Add((property.Name, property.Value));
            }
        }
        return fields;
    }

    private List<T> Items<T>(JsonElement element, string at, Func<JsonElement, string, T> read)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            Add(at, "must be an array", "write [ ... ]");
            return [];
        }
        return [.. element.EnumerateArray().Select((item, index) => read(item, string.Create(CultureInfo.InvariantCulture, $"{at}[{index}]")))];
    }

    private List<string> Texts(JsonElement element, string at) => Items(element, at, (item, path) => Text(item, path) ?? "");

    private string? Text(JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return element.GetString();
        }
        Add(at, "must be a text", "write it in double quotes");
        return null;
    }

    private bool Flag(JsonElement element, string at)
    {
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Add(at, "must be true or false", "write it without quotes");
        }
        return element.ValueKind == JsonValueKind.True;
    }

    private long? Number(JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number))
        {
            return number;
        }
        Add(at, "must be a whole number", "write it without quotes or decimals");
        return null;
    }

    private void Add(string field, string rule, string fix) => Errors.Add(new OptionError(field, rule, fix));
}
