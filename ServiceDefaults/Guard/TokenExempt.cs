namespace ApeTest.ServiceDefaults.Guard;

/// <summary>
/// Endpoint metadata: the guard does not ask this endpoint for the service token, because it needs none (health) or checks another
/// credential itself (a proxy key, a browser cookie). <c>Host</c> and <c>Origin</c> are checked all the same.
/// </summary>
public sealed class TokenExempt
{
    /// <summary>The one value: <c>endpoint.WithMetadata(TokenExempt.Instance)</c>.</summary>
    public static readonly TokenExempt Instance = new();

    private TokenExempt()
    {
    }
}
