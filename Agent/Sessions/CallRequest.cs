using System.Text;
using System.Text.Unicode;
using ApeTest.Runs.Records;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Sessions;

/// <summary>The request of a call for the record: from it a report makes a command line that does the same again.</summary>
internal static class CallRequest
{
    private const int MostBody = 8 * 1024;

    /// <summary>The request with secrets as placeholders; null for none. A body that is no text, or a long one, is left out: half of one may be half a secret.</summary>
    public static RequestRecord? Of(SentRequest? sent, SessionSecrets secrets) => sent is null ? null : new RequestRecord(
        sent.Method, secrets.Clean(sent.Url.AbsoluteUri), sent.Body.IsEmpty ? null : sent.ContentType,
        sent.Body.IsEmpty || sent.Body.Length > MostBody || !Utf8.IsValid(sent.Body.Span) ? null : secrets.CleanJson(Encoding.UTF8.GetString(sent.Body.Span)),
        sent.Authorized, sent.Body.Length);
}
