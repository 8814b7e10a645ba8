namespace ApeTest.Agent.Brains;

/// <summary>
/// One model call under way. The SDK gives no way to hand a value to its handler, so the call flows to
/// <see cref="MeasureHandler"/> with the asynchronous context. Whoever makes the call disposes it, which also ends the response.
/// </summary>
internal sealed class MeasuredCall : IAsyncDisposable
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(250);
    private static readonly AsyncLocal<MeasuredCall?> CurrentCall = new();
    private MeasureStream? _stream;

    private MeasuredCall()
    {
    }

    /// <summary>The call of this asynchronous flow; null outside one.</summary>
    public static MeasuredCall? Current => CurrentCall.Value;

    /// <summary>The proxy's figures; null until they have come.</summary>
    public ModelMeasure? Measure { get; set; }

    /// <summary>Text of an error object found in the stream; null without one.</summary>
    public string? StreamError { get; set; }

    /// <summary>Starts a call in this asynchronous flow.</summary>
    public static MeasuredCall Begin()
    {
        var call = new MeasuredCall();
        CurrentCall.Value = call;
        return call;
    }

    public void Attach(MeasureStream stream) => _stream = stream;

    /// <summary>
    /// Reads what follows <c>data: [DONE]</c>: the SDK stops reading there, while the figures may come after it and the connection is
    /// reused only when the body was read to its end. Bounded, so that a provider that leaves the body open costs at most 250 ms.
    /// </summary>
    public async ValueTask DrainAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (_stream is null || _stream.Ended)
        {
            return;
        }
        using var limit = new CancellationTokenSource(DrainLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _stream.DrainAsync(linked.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
        }
        catch (IOException)
        {
            // The answer was complete; how the connection ended afterwards says nothing about it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        CurrentCall.Value = null;
        if (_stream is { } stream)
        {
            await stream.CloseAsync();
        }
    }
}
