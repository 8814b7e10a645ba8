using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Logs.Loki;

/// <summary>
/// A run's lines from Loki (<c>GET /loki/api/v1/query_range</c>, https://grafana.com/docs/loki/latest/reference/loki-http-api/), as one log in
/// the order in which things happened, for a run on a stack. Page by page, at constant memory. A Loki that does not
/// answer, or refuses, throws <see cref="ApeTestException"/> (exit 3).
/// </summary>
/// <param name="http">Sends the requests.</param>
/// <param name="loki">Base URL; a name and a password in it are sent as basic authentication.</param>
/// <param name="run">Run id.</param>
/// <param name="query">Which lines.</param>
/// <param name="time">Clock.</param>
public sealed class LokiLogReader(HttpClient http, Uri loki, string run, LogQuery query, TimeProvider time)
{
    /// <summary>Lines of a page; Loki's own limit is 5,000.</summary>
    public const int PageLines = 1000;

    private const string Hint = "APETEST_LOKI names the Loki that the stack's services send their logs to, such as http://127.0.0.1:3100.";

    // Where nobody says when the run began.
    private static readonly TimeSpan Before = TimeSpan.FromDays(1);
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Exporters send what they have every five seconds.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    // And so one service's lines come that much after another's of the same time.
    private static readonly long Late = (long)TimeSpan.FromSeconds(15).TotalNanoseconds;

    private readonly string _query = LokiQuery.Of(run, query);
    private readonly LogFilter _filter = new(query);
    private readonly Dictionary<ulong, long> _seen = [];
    private long _begin;
    private long _cursor;

    /// <summary>Lines that were left out so far because they make no log line.</summary>
    public LogLosses Losses { get; private set; }

    /// <summary>A Loki's URL as it may be told: without the name and password that may be in it.</summary>
    public static string Shown(Uri loki) => loki.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The wanted lines that are there now.</summary>
    /// <param name="started">When the run began; null where that is not known.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<LogLine> ReadAsync(DateTimeOffset? started, CancellationToken cancellationToken)
    {
        Begin(started);
        var lines = LogWindow.OrderAsync(NewAsync(cancellationToken), cancellationToken);
        return query.Tail is { } count ? LogWindow.LastAsync(count, lines) : lines;
    }

    /// <summary>The wanted lines that are there, then those that come, until the run has ended and none came for 10 s.</summary>
    /// <param name="started">When the run began; null where that is not known.</param>
    /// <param name="ended">Asks whether it has ended.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<LogLine> FollowAsync(DateTimeOffset? started, Func<CancellationToken, ValueTask<bool>> ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var came = time.GetTimestamp();
        await foreach (var line in ReadAsync(started, cancellationToken))
        {
            yield return line;
        }
        while (!await ended(cancellationToken) || time.GetElapsedTime(came) < Quiet)
        {
            await Task.Delay(Poll, time, cancellationToken);
            _cursor = Math.Max(_begin, _cursor - Late);
            await foreach (var line in LogWindow.OrderAsync(NewAsync(cancellationToken), cancellationToken))
            {
                came = time.GetTimestamp();
                yield return line;
            }
        }
    }

    private void Begin(DateTimeOffset? started)
    {
        var from = started?.AddMinutes(-1) ?? time.GetUtcNow() - Before;
        _begin = _cursor = Nanoseconds(query.Since > from ? query.Since.Value : from);
        _seen.Clear();
    }

    /// <summary>What came since the last call.</summary>
    private async IAsyncEnumerable<LogLine> NewAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int count;
        do
        {
            var page = await PageAsync(cancellationToken);
            count = page.Count;
            var before = _cursor;
            foreach (var (at, text, labels) in page)
            {
                // The next page begins with the last time of this one: what was seen is known by what it says.
                _cursor = Math.Max(_cursor, at);
                var line = LokiLine.Write(at, text, labels);
                // Its time too, which is finer than the line's: two of one millisecond may say the same.
                if (!_seen.TryAdd(BitConverter.ToUInt64(SHA256.HashData(line)) ^ (ulong)at, at))
                {
                    continue;
                }
                switch (_filter.Match(line, out var place))
                {
                    case LogMatch.Yes:
                        yield return new LogLine(line, place);
                        break;
                    case LogMatch.NoLogLine:
                        Losses = Losses with { NoLogLines = Losses.NoLogLines + 1 };
                        break;
                    default:
                        break;
                }
            }
            if (count >= PageLines && _cursor == before)
            {
                // A page of one nanosecond: on it goes all the same.
                _cursor++;
            }
            foreach (var old in _seen.Where(seen => seen.Value < _cursor - Late).Select(static seen => seen.Key).ToList())
            {
                _seen.Remove(old);
            }
        }
        while (count >= PageLines);
    }

    private async Task<List<(long At, string Text, Dictionary<string, string> Labels)>> PageAsync(CancellationToken cancellationToken)
    {
        var end = Nanoseconds(query.Until is { } until ? until.AddSeconds(1) : time.GetUtcNow().AddMinutes(1));
        var url = FormattableString.Invariant(
            $"loki/api/v1/query_range?query={Uri.EscapeDataString(_query)}&start={_cursor}&end={Math.Max(end, _cursor + 1)}&limit={PageLines}&direction=forward");
        using var answer = await GetAsync(new Uri(new Uri(Shown(loki).TrimEnd('/') + "/"), url), cancellationToken);
        var lines = new List<(long At, string Text, Dictionary<string, string> Labels)>();
        if (answer.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("data", out var data)
            || data.ValueKind is not JsonValueKind.Object || !data.TryGetProperty("result", out var result))
        {
            throw NoLoki("its answer has no lines");
        }
        foreach (var stream in result.EnumerateArray())
        {
            var labels = stream.GetProperty("stream").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.ToString(), StringComparer.Ordinal);
            foreach (var value in stream.GetProperty("values").EnumerateArray())
            {
                lines.Add((long.Parse(value[0].GetString()!, CultureInfo.InvariantCulture), value[1].GetString()!, labels));
            }
        }
        lines.Sort(static (x, y) => x.At.CompareTo(y.At));
        return lines;
    }

    private async Task<JsonDocument> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (loki.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(loki.UserInfo))));
        }
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? JsonDocument.Parse(text)
                : throw new ApeTestException($"Loki at {Shown(loki)} answered {(int)response.StatusCode}: {text[..Math.Min(text.Length, 200)].Trim()}", Hint, ExitCodes.Environment);
        }
        catch (HttpRequestException exception)
        {
            throw new ApeTestException($"Loki at {Shown(loki)} cannot be reached: {exception.Message}", Hint, ExitCodes.Environment, exception);
        }
        catch (JsonException exception)
        {
            throw NoLoki("its answer is no JSON", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApeTestException($"Loki at {Shown(loki)} did not answer within {http.Timeout.TotalSeconds:F0} s", Hint, ExitCodes.Environment, exception);
        }
    }

    private ApeTestException NoLoki(string why, Exception? exception = null) => new($"{Shown(loki)} is no Loki: {why}", Hint, ExitCodes.Environment, exception);

    private static long Nanoseconds(DateTimeOffset at) => (at.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
}
