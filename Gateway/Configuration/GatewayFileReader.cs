using System.Text.Json;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Configuration;

/// <summary>Binds a gateway file field by field.</summary>
internal sealed class GatewayFileReader(FieldReader reader)
{
    /// <summary>Known keys, in the order in which errors list them.</summary>
    public static readonly string[] FileKeys = ["$schema", "targets", "faults", "limits"];

    public static readonly string[] TargetKeys =
        ["name", "url", "openapi", "graphql", "hosts", "auth", "headers", "timeout", "insecure", "retry", "circuitBreaker", "deny", "allow"];

    public static readonly string[] LimitKeys = ["requestBudget", "bodyBytes"];

    public GatewayFile Read(JsonElement root)
    {
        var file = new GatewayFile();
        foreach (var (key, value) in reader.Fields(root, "", FileKeys))
        {
            switch (key)
            {
                case "targets":
                    file.Targets = reader.Items(value, key, ReadTarget);
                    break;
                case "faults":
                    file.Faults = ReadFaultItems(value);
                    break;
                case "limits":
                    file.Limits = ReadLimits(value);
                    break;
            }
        }
        return file;
    }

    /// <summary>Reads an object that holds faults only.</summary>
    public List<FaultOptions> ReadFaults(JsonElement root)
    {
        var faults = reader.Fields(root, "", ["faults"]);
        if (faults.Count == 1)
        {
            return ReadFaultItems(faults[0].Value);
        }
        if (!reader.IsReported("faults"))
        {
            reader.Add("faults", "is missing", "write {\"faults\":[...]}; an empty list for none");
        }
        return [];
    }

    private List<FaultOptions> ReadFaultItems(JsonElement element) => reader.Items(element, "faults", (item, at) => FaultReader.Read(reader, item, at));

    private TargetOptions ReadTarget(JsonElement element, string at)
    {
        var target = new TargetOptions { Name = "", Url = "" };
        foreach (var (key, value) in reader.Fields(element, at, TargetKeys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "name":
                    target.Name = reader.Text(value, path) ?? "";
                    break;
                case "url":
                    target.Url = reader.Text(value, path) ?? "";
                    break;
                case "openapi":
                    target.OpenApi = reader.TextOrNull(value, path);
                    break;
                case "graphql":
                    target.GraphQl = reader.TextOrNull(value, path);
                    break;
                case "hosts":
                    target.Hosts = reader.Texts(value, path);
                    break;
                case "auth":
                    target.Auth = AuthReader.Read(reader, value, path);
                    break;
                case "headers":
                    target.Headers = reader.TextMap(value, path, StringComparer.OrdinalIgnoreCase);
                    break;
                case "timeout":
                    target.Timeout = reader.Text(value, path) ?? "";
                    break;
                case "insecure":
                    target.Insecure = reader.Flag(value, path);
                    break;
                case "retry":
                    target.Retry = ResilienceReader.ReadRetry(reader, value, path);
                    break;
                case "circuitBreaker":
                    target.CircuitBreaker = ResilienceReader.ReadBreaker(reader, value, path);
                    break;
                case "deny":
                    target.Deny = reader.Texts(value, path);
                    break;
                case "allow":
                    target.Allow = reader.Texts(value, path);
                    break;
            }
        }
        return target;
    }

    private LimitOptions ReadLimits(JsonElement element)
    {
        var limits = new LimitOptions();
        foreach (var (key, value) in reader.Fields(element, "limits", LimitKeys))
        {
            if (key == "requestBudget")
            {
                limits.RequestBudget = value.ValueKind == JsonValueKind.Null ? null : reader.Whole(value, "limits.requestBudget");
            }
            else
            {
                limits.BodyBytes = reader.Whole(value, "limits.bodyBytes") ?? limits.BodyBytes;
            }
        }
        return limits;
    }
}
