using System.Runtime.InteropServices;

namespace ApeTest.Targets.Lean;

/// <summary>System calls of Linux, and the constants that they take (the same on x64 and arm64). Each returns -1 with <c>errno</c> where it fails.</summary>
internal static unsafe partial class Native
{
    public const int Interrupted = 4;
    public const int Again = 11;
    public const int BrokenPipe = 32;
    public const int ConnectionReset = 104;
    public const int InProgress = 115;

    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint PeerClosed = 0x2000;

    public const int Add = 1;
    public const int Modify = 3;

    public const int Inet = 2;
    public const int Inet6 = 10;
    public const int Stream = 0x1;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Peek = 0x2;
    public const int NoSignal = 0x4000;

    public const int SocketLevel = 1;
    public const int PendingError = 4;
    public const int IpLevel = 0;
    public const int BindAddressNoPort = 24;
    public const int TcpLevel = 6;
    public const int NoDelay = 1;

    private const string Library = "libc";

    /// <summary>The error of the last call of this thread.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint value, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int socket, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, byte* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int socket, int level, int name, int* value, uint* length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int socket, int level, int name, int* value, uint length);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
