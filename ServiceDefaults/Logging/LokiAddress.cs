using System.Net.Http.Headers;
using System.Text;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>The Loki that log lines are shipped to.</summary>
/// <param name="Url">Its base URL without a slash at the end, and without the name and password that may stand in it: this one may be told.</param>
/// <param name="Credentials">What is sent for that name and password (basic authentication); null where there is none.</param>
internal sealed record LokiAddress(string Url, AuthenticationHeaderValue? Credentials)
{
    /// <summary>The one that is configured; null where none is.</summary>
    /// <exception cref="ServiceStartException">What is configured is no HTTP URL.</exception>
    public static LokiAddress? Of(IConfiguration configuration)
    {
        if (configuration[EnvironmentNames.Loki] is not { Length: > 0 } loki)
        {
            return null;
        }

        if (!Uri.TryCreate(loki, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            // What is no URL may hold a password all the same.
            throw new ServiceStartException($"{EnvironmentNames.Loki} is {(loki.Contains('@', StringComparison.Ordinal) ? "set to what" : $"'{loki}', which")} is no URL. Set it like http://127.0.0.1:3100.");
        }

        return new LokiAddress(url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/'), Basic(url.UserInfo));
    }

    /// <summary>Not the credentials.</summary>
    public override string ToString() => Url;

    private static AuthenticationHeaderValue? Basic(string user) =>
        user.Length == 0 ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user))));
}
