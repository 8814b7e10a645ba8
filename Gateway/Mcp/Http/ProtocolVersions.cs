using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>Protocol versions that are spoken (https://modelcontextprotocol.io/specification/versioning). Dates, so they sort as text.</summary>
internal static class ProtocolVersions
{
    /// <summary>Without sessions: every request says what an <c>initialize</c> said before.</summary>
    public const string Sessionless = "2026-07-28";

    private static readonly string[] All = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", Sessionless];

    /// <summary>The version of a request; null where it names none. Throws <see cref="RequestProblemException"/> for one that is not spoken.</summary>
    public static string? Of(HttpRequest request, RequestId id = default)
    {
        var values = request.Headers[McpHeaders.ProtocolVersion];
        if (values.Count == 0)
        {
            return null;
        }
        var version = values.ToString();
        return All.Contains(version) ? version : throw new RequestProblemException(
            new JsonRpcProblem(StatusCodes.Status400BadRequest, McpErrorCode.UnsupportedProtocolVersion,
                $"Protocol version '{Shown(version)}' is not supported; supported: {string.Join(", ", All)}.")
            {
                Id = id,
                Details = new JsonObject { ["supported"] = new JsonArray([.. All.Select(static known => (JsonNode)known)]), ["requested"] = Shown(version) },
            });
    }

    private static string Shown(string version) => version.Length > 40 ? version[..40] : version;
}
