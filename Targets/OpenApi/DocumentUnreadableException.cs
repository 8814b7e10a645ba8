namespace ApeTest.Targets.OpenApi;

/// <summary>No usable answer came from where a document should be. Its message reads on: "the document cannot be read: ...".</summary>
public class DocumentUnreadableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the answer was too large.</summary>
    public bool IsTooLarge { get; protected init; }
}
