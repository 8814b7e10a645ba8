using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ApeTest.Targets.Lean;

/// <summary>An epoll instance with a descriptor that wakes it. <see cref="Wake"/> may be called from any thread, the rest from one.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int Most = 512;
    private const ulong WakeToken = ulong.MaxValue;

    // The kernel packs struct epoll_event on x64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenAt = EventSize - 8;

    private readonly byte* _events;
    private readonly int _epoll;
    private readonly int _wake;

    public Epoll()
    {
        _epoll = Native.EpollCreate(Native.CloseOnExec);
        if (_epoll < 0)
        {
            throw new Win32Exception(Native.LastError);
        }
        _wake = Native.EventDescriptor(0, Native.NonBlocking | Native.CloseOnExec);
        if (_wake < 0)
        {
            var error = Native.LastError;
            _ = Native.Close(_epoll);
            throw new Win32Exception(error);
        }
        _events = (byte*)NativeMemory.Alloc(Most, (nuint)EventSize);
        _ = Control(Native.Add, _wake, Native.In, WakeToken);
    }

    /// <summary>Adds or modifies a descriptor; 0, or the error.</summary>
    /// <param name="operation"><see cref="Native.Add"/> or <see cref="Native.Modify"/>.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="events">What is waited for.</param>
    /// <param name="token">What its events are known by.</param>
    public int Control(int operation, int descriptor, uint events, ulong token)
    {
        var change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, events);
        Unsafe.WriteUnaligned(change + TokenAt, token);
        return Native.EpollControl(_epoll, operation, descriptor, change) < 0 ? Native.LastError : 0;
    }

    /// <summary>Waits for events, at most so many milliseconds (-1: for ever); how many there are.</summary>
    public int Wait(int milliseconds)
    {
        var count = Native.EpollWait(_epoll, _events, Most, milliseconds);
        return count >= 0 ? count : Native.LastError == Native.Interrupted ? 0 : throw new Win32Exception(Native.LastError);
    }

    /// <summary>An event; false where it only woke the loop.</summary>
    public bool TryGet(int index, out uint events, out ulong token)
    {
        var at = _events + index * EventSize;
        events = Unsafe.ReadUnaligned<uint>(at);
        token = Unsafe.ReadUnaligned<ulong>(at + TokenAt);
        if (token != WakeToken)
        {
            return true;
        }
        ulong value;
        _ = Native.Read(_wake, &value, sizeof(ulong));
        return false;
    }

    /// <summary>Ends the wait, this one or the next.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Native.Write(_wake, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = Native.Close(_wake);
        _ = Native.Close(_epoll);
        NativeMemory.Free(_events);
    }
}
