using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Recording;

/// <summary>HTTP exchanges of one operation.</summary>
public sealed class OperationMetrics
{
    /// <summary>Error type of an answer that is not what a journey's check asks for.</summary>
    public const string Check = "check";

    /// <summary>HTTP method; <c>*</c> for several.</summary>
    public string Method { get; set; } = "";

    /// <summary>Exchanges.</summary>
    public long Count { get; set; }

    /// <summary>Exchanges with an error.</summary>
    public long Errors { get; set; }

    /// <summary>Exchanges whose error is <see cref="Check"/>.</summary>
    public long CheckErrors { get; set; }

    /// <summary>Exchanges by status; 0 without a response.</summary>
    public StatusCounts ByStatus { get; init; } = new();

    /// <summary>Bytes of the requests, where they were counted.</summary>
    public long BytesSent { get; set; }

    /// <summary>Bytes of the answers, where they were counted.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Exchanges for which a connection was made.</summary>
    public long Connections { get; set; }

    /// <summary>Times that a request was sent again.</summary>
    public long Retries { get; set; }

    /// <summary>Dispatch to last byte.</summary>
    public Histogram Duration { get; init; } = new();

    /// <summary>Dispatch to response headers.</summary>
    public Histogram Ttfb { get; init; } = new();

    /// <summary>Open model: first actions from their intended start to the last byte.</summary>
    public Histogram FromIntended { get; init; } = new();

    /// <summary>Records one exchange.</summary>
    public void Record(in ActionSample sample)
    {
        Count++;
        if (sample.ErrorType is { } error)
        {
            Errors++;
            CheckErrors += error == Check ? 1 : 0;
        }
        ByStatus.Add(sample.Status);
        BytesSent += sample.BytesSent;
        BytesReceived += sample.BytesReceived;
        Connections += sample.NewConnection ? 1 : 0;
        Retries += sample.Retries;
        Duration.Record(sample.Duration);
        if (sample.Status > 0)
        {
            Ttfb.Record(sample.Ttfb);
        }
        if (sample.FromIntended is { } intended)
        {
            FromIntended.Record(intended);
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(OperationMetrics other)
    {
        Count += other.Count;
        Errors += other.Errors;
        CheckErrors += other.CheckErrors;
        Duration.Add(other.Duration);
        Ttfb.Add(other.Ttfb);
        FromIntended.Add(other.FromIntended);
        ByStatus.Add(other.ByStatus);
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
        Connections += other.Connections;
        Retries += other.Retries;
    }
}
