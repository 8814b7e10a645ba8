using System.Globalization;

namespace ApeTest.LlmProxy_Bench;

/// <summary>
/// How the upstream streams, told by the model id, because that is what every proxy passes on: <c>tokens-200-pace-5-lump-1-first-0</c>,
/// each part optional, in any order. Other ids stream by the defaults.
/// </summary>
/// <param name="Tokens">Content chunks. Default 200.</param>
/// <param name="Pace">Pause between two writes. Default 5 ms; 0 writes everything at once.</param>
/// <param name="Lump">Chunks a write. Default 1.</param>
/// <param name="First">Pause between the headers (with the role chunk) and the first token. Default none.</param>
internal sealed record StreamShape(int Tokens, TimeSpan Pace, int Lump, TimeSpan First)
{
    public static StreamShape Parse(string model)
    {
        var shape = new StreamShape(200, TimeSpan.FromMilliseconds(5), 1, TimeSpan.Zero);
        var parts = model.Split('-');
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            if (!int.TryParse(parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            shape = parts[i] switch
            {
                "tokens" => shape with { Tokens = number },
                "pace" => shape with { Pace = TimeSpan.FromMilliseconds(number) },
                "lump" => shape with { Lump = Math.Max(1, number) },
                "first" => shape with { First = TimeSpan.FromMilliseconds(number) },
                _ => shape,
            };
        }

        return shape;
    }
}
