using System.Runtime.InteropServices;

namespace ApeTest.Cli.Deploy;

/// <summary>
/// The user that a stack's containers run as. Compose mounts secrets as the files that they are, so that whoever reads them in a container must own them
/// outside: the user who starts the stack, or, where that is root, a user that nobody is.
/// </summary>
/// <param name="Uid">User id in the containers; never 0.</param>
/// <param name="Gid">Group id in the containers.</param>
/// <param name="GivesAway">Whether secret files must be given to that user first, because root makes them.</param>
internal readonly partial record struct StackOwner(uint Uid, uint Gid, bool GivesAway)
{
    // Of the images themselves (deploy/Dockerfile).
    private const uint Nobody = 10001;

    /// <summary>The owner for this process.</summary>
    public static StackOwner OfProcess() => OperatingSystem.IsWindows() ? new StackOwner(Nobody, Nobody, GivesAway: false)
        : GetEffectiveUser() is 0 ? new StackOwner(Nobody, Nobody, GivesAway: true)
        : new StackOwner(GetEffectiveUser(), GetEffectiveGroup(), GivesAway: false);

    /// <summary>Makes a file the user's own where it is not yet.</summary>
    public void Take(string file)
    {
        if (GivesAway && ChangeOwner(file, Uid, Gid) != 0)
        {
            throw new IOException($"{file} cannot be given to user {Uid} (error {Marshal.GetLastPInvokeError()})");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroup();

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
