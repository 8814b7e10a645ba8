using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Threading.Channels;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Metrics;
using Serilog.Core;
using Serilog.Events;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>
/// Sends the lines of a service that runs alone to the collector of its stack, which keeps those of each run with the run: <c>ape-test logs --stack</c> reads them
/// there. Lines gather for a moment and go together. A collector that does not answer is asked again; what does not fit meanwhile is dropped and counted.
/// </summary>
internal sealed class CollectorShip : ILogEventSink, IDisposable
{
    private const int Capacity = 20_000;
    private const int BatchBytes = 1 << 20;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(3);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(Capacity);
    private readonly CancellationTokenSource _ending = new();
    private readonly JsonLineFormatter _formatter;
    private readonly RecordsDropped _dropped;
    private readonly HttpClient _http;
    private readonly string _path;
    private readonly Task _shipping;

    public CollectorShip(Uri collector, string? token, ServiceOptions options, RecordsDropped dropped)
    {
        _formatter = new JsonLineFormatter(options.Service);
        _dropped = dropped;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = collector, Timeout = CallLimit };
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Add(ServiceToken.HeaderName, token);
        }
        var process = string.Create(CultureInfo.InvariantCulture, $"{options.LogName ?? options.Service}-{Environment.MachineName}-{Environment.ProcessId}");
        _path = $"{LogShipment.Path}?from={Uri.EscapeDataString(process)}";
        _shipping = Task.Run(ShipAsync);
    }

    /// <summary>The ship of a service; null where it does not run alone, or knows no collector, or is one.</summary>
    public static CollectorShip? Of(ServiceOptions options, RecordsDropped dropped) =>
        options is { ConsoleLogs: true, Service: not "collector" }
            && Environment.GetEnvironmentVariable(EnvironmentNames.CollectorUrl) is { Length: > 0 } text && Uri.TryCreate(text, UriKind.Absolute, out var collector)
            ? new CollectorShip(collector, ServiceToken.Load(options, Environment.GetEnvironmentVariable(EnvironmentNames.TokenFile)).Value, options, dropped)
            : null;

    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _formatter.Format(logEvent, text);
        if (!_lines.Writer.TryWrite(text.ToString()))
        {
            _dropped.Add(RecordsDropped.Log);
        }
    }

    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _ending.CancelAfter(LastLimit);
        // The host waits for its last lines, as it does for those of its file.
        _shipping.Wait(LastLimit + Pause);
        _http.Dispose();
        _ending.Dispose();
    }

    private async Task ShipAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync(_ending.Token))
            {
                await Task.WhenAny(Task.Delay(Gather, TimeProvider.System, _ending.Token), _lines.Reader.Completion);
                var batch = Take();
                while (!await TrySendAsync(batch))
                {
                    await Task.Delay(Pause, TimeProvider.System, _ending.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            while (_lines.Reader.TryRead(out _))
            {
                _dropped.Add(RecordsDropped.Log);
            }
        }
    }

    private string Take()
    {
        var text = new StringBuilder();
        while (text.Length < BatchBytes && _lines.Reader.TryRead(out var line))
        {
            text.Append(line);
        }
        return text.ToString();
    }

    /// <summary>False where it is to be sent again. A collector that refuses it will refuse it again: it is dropped.</summary>
    private async Task<bool> TrySendAsync(string batch)
    {
        try
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(batch)) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
            using var response = await _http.PostAsync(_path, content, _ending.Token);
            if (!response.IsSuccessStatusCode)
            {
                _dropped.Add(RecordsDropped.Log, batch.AsSpan().Count('\n'));
            }
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !_ending.IsCancellationRequested))
        {
            return false;
        }
    }
}
