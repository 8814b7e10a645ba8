using System.Text;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Chat;

/// <summary>
/// The in-band figures of a call whose request carries <c>X-Ape-Measure: 1</c>: a response header of the same name, or in a stream
/// the comment <c>: ape {json}</c> directly before <c>data: [DONE]</c>. Before, because SDKs stop reading at <c>[DONE]</c>, and every
/// SSE parser drops comments.
/// </summary>
internal static class MeasureHeader
{
    public const string Name = "X-Ape-Measure";

    public static bool IsAsked(HttpContext context) => context.Request.Headers[Name] == "1";

    public static void Set(HttpContext context, ChatCall call)
    {
        if (IsAsked(context))
        {
            call.Settle();
            context.Response.Headers[Name] = Encoding.ASCII.GetString(call.Measure.ToJson());
        }
    }

    public static Task WriteErrorAsync(HttpContext context, ChatCall call, OpenAiError error)
    {
        Set(context, call);
        return error.WriteAsync(context);
    }
}
