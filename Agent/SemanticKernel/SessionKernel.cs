using ApeTest.Agent.Sessions;
using Microsoft.SemanticKernel;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>A kernel on behalf of one session: services, plugins and functions are the run's, only <see cref="Kernel.Data"/> is its own.</summary>
internal static class SessionKernel
{
    private const string Key = "apetest.session";

    /// <summary>A shallow copy of <paramref name="kernel"/> whose tools act for <paramref name="session"/>.</summary>
    public static Kernel Of(Kernel kernel, SessionView session)
    {
        var own = kernel.Clone();
        own.Data[Key] = session;
        return own;
    }

    /// <summary>The session that a kernel acts for; null for none.</summary>
    public static SessionView? SessionOf(Kernel kernel) => kernel.Data.TryGetValue(Key, out var session) ? session as SessionView : null;
}
