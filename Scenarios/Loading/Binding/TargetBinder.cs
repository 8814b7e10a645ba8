using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>target</c>; resolves <c>${VAR}</c> in header values.</summary>
internal static class TargetBinder
{
    private const string SampleShop = "http://127.0.0.1:5080";

    public static TargetSpec Bind(ObjectReader parent)
    {
        var reader = parent.Object("target", $"{{ url: {SampleShop} }}");
        var name = reader.Value("name", "target", Rules.Name("shop").Then(text =>
            text.Contains('.', StringComparison.Ordinal) ? Rules.Wrong<string>("must not hold '.'", "It is a part of the gateway's path, for example shop.") : text));
        var sample = reader.OptionalReference("sample", Rules.Choice<string>([.. TargetSpec.SampleNames.Select(static each => (each, each))]));
        // Where a URL is given too, say with --target, that is what is tested.
        var url = sample is null && parent.Take("target") is null or MappingNode
            ? reader.Required("url", NetworkRules.Url(SampleShop), "is required: which application to test", Candidates(parent, reader))
            : reader.OptionalReference("url", NetworkRules.Url(SampleShop));
        var openApi = reader.OptionalReference("openapi", NetworkRules.OpenApi);
        var graphQl = reader.OptionalReference("graphql", NetworkRules.GraphQl);
        var hosts = reader.Texts("hosts", NetworkRules.Host, "[ cdn.example.com ]");
        var headers = Headers(reader, out var secretHeaders);
        var timeout = reader.Value("timeout", TimeSpan.FromSeconds(30), Rules.Duration("30s"));
        var insecure = reader.Value("insecure", false, Rules.Boolean);
        var connections = reader.Value("connections", ConnectionUse.Own, Rules.Choice(TransportFields.Connections));
        var maxConnections = (int)reader.Value("maxConnections", TargetSpec.DefaultMaxConnections, Rules.Integer("256", 1, 100_000));
        var http = reader.Value("http", HttpUse.Auto, TransportFields.Http);
        var transport = reader.Value("transport", TransportUse.Auto, Rules.Choice(TransportFields.Transports));
        var sourceAddresses = reader.Texts("sourceAddresses", TransportFields.Address, "[ 10.0.0.5, 10.0.0.6 ]");
        var dnsTtl = reader.Value("dnsTtl", TimeSpan.FromMinutes(5), Rules.Duration("5m", zero: true));
        var proxy = reader.OptionalReference("proxy", TransportFields.Proxy);
        TransportFields.Check(reader, url, http, transport, proxy);
        reader.Finish();
        return new TargetSpec
        {
            Name = name,
            Url = url ?? new Uri(SampleShop),
            Sample = url is null ? sample : null,
            OpenApi = openApi,
            GraphQl = graphQl,
            Hosts = hosts,
            Headers = headers,
            SecretHeaders = secretHeaders,
            Timeout = timeout,
            Insecure = insecure,
            Connections = connections,
            MaxConnections = maxConnections,
            Http = http,
            Transport = transport,
            SourceAddresses = sourceAddresses,
            DnsTtl = dnsTtl,
            Proxy = proxy,
        };
    }

    // Whatever in the scenario looks like the URL that was meant, then the sample shop.
    private static string Candidates(ObjectReader root, ObjectReader target)
    {
        var candidates = new List<string>();
        foreach (var entry in (target.Node?.Entries ?? []).Concat(root.Node?.Entries ?? []))
        {
            if (entry is { Key: not "$schema", Value: ScalarNode { Text: var text } }
                && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
            {
                var candidate = Quote.Plain(url.GetLeftPart(UriPartial.Authority));
                if (!candidates.Contains(candidate))
                {
                    candidates.Add(candidate);
                }
            }
        }
        return candidates.Count > 0
            ? $"Did you mean `url: {candidates[0]}`?"
            : $"Write `target: {{ url: {SampleShop} }}` (the sample shop of `ape-test shop`), or the base URL of your application, for example http://localhost:8080.";
    }

    private static ImmutableSortedDictionary<string, string> Headers(ObjectReader reader, out ImmutableArray<string> secretHeaders)
    {
        var secrets = ImmutableArray.CreateBuilder<string>();
        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        var path = reader.PathOf("headers");
        foreach (var (key, keyOrigin, node) in reader.Map("headers", "{ X-Api-Key: \"${API_KEY}\" }", out var resolved))
        {
            var headerPath = FieldPath.Append(path, key);
            if (NetworkRules.HeaderName(key) is var (rule, suggestion))
            {
                reader.Context.Errors.Add(keyOrigin, headerPath, rule, suggestion);
                continue;
            }
            if (node is not ScalarNode { IsNull: false } scalar)
            {
                reader.Context.Errors.Add(node.Origin, headerPath, "must be text", "Use for example \"application/json\".");
                continue;
            }
            var (value, variables, wrong) = VariableText.Fill(scalar.Text, reader.Context.Environment);
            foreach (var error in wrong)
            {
                reader.Context.Errors.Add(node.Origin, headerPath, error.Message!, error.Suggestion);
            }
            if (value.Any(c => char.IsControl(c) && c != '\t'))
            {
                // Not quoted: it may be a credential.
                reader.Context.Errors.Add(node.Origin, headerPath, "must not hold line breaks or control characters", "A header is one line.");
                continue;
            }
            if (!headers.TryAdd(key, value))
            {
                reader.Context.Errors.Add(keyOrigin, headerPath, "is given twice: names of headers have no case", "Keep one of the two.");
                continue;
            }
            var secret = variables.Count > 0 || SecretNames.ContainsHeader(key) || node.Origin.Name == CommandLineFlags.Auth;
            if (secret)
            {
                secrets.Add(key);
            }
            var note = variables.Count > 0 ? $"redacted, from {string.Join(" ", variables.Select(v => $"${{{v}}}"))}" : secret ? "redacted" : null;
            resolved.Add(key, new ResolvedScalar(secret ? ResolvedScenario.Redacted : value, true, node.Origin.Label, note));
        }
        secretHeaders = secrets.ToImmutable();
        return headers.ToImmutable();
    }
}
