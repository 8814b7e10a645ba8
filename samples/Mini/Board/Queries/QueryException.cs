namespace ApeTest.Mini.Board.Queries;

/// <summary>What a GraphQL answer tells under <c>errors</c>.</summary>
internal sealed class QueryException(string message, string? code = null) : Exception(message)
{
    /// <summary><c>extensions.code</c>; null for none.</summary>
    public string? Code { get; } = code;
}
