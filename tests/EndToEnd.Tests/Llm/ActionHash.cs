using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Runs.Records;

namespace ApeTest.EndToEnd.Tests.Llm;

/// <summary>What a run did, as one hash: tool, arguments (values that came from the server by where they came from) and status, by slot and number.</summary>
internal static class ActionHash
{
    public static string Of(IEnumerable<SessionRecord> sessions)
    {
        var lines = sessions
            .SelectMany(session => session.Actions.Select(action => (session.Slot, Number: int.Parse(session.Session.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture), Action: action)))
            .OrderBy(each => each.Slot).ThenBy(each => each.Number).ThenBy(each => each.Action.N)
            .Select(each => $"{each.Slot}-{each.Number} {each.Action.N} {each.Action.Tool} {Arguments(each.Action)} {each.Action.Status}");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
    }

    private static string Arguments(ActionRecord action)
    {
        var text = new StringBuilder();
        Write(action.Args, "$", action, text);
        return text.ToString();
    }

    private static void Write(JsonElement value, string path, ActionRecord action, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    Write(member.Value, $"{path}.{member.Name}", action, text);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Write(item, $"{path}[{index}]", action, text);
                }

                break;
            default:
                var source = action.Provenance.GetValueOrDefault(path, "");
                text.Append(path).Append('=').Append(source.StartsWith("action:", StringComparison.Ordinal) || source.StartsWith("state:", StringComparison.Ordinal) ? source : value.GetRawText()).Append(' ');
                break;
        }
    }
}
