using System.Collections.Concurrent;

namespace ApeTest.Mini.Board;

/// <summary>A topic with its latest messages.</summary>
internal sealed class Topic(string id, string title)
{
    private const int MostLatest = 20;

    private readonly ConcurrentQueue<Message> _latest = [];
    private int _count;

    public string Id => id;

    public string Title => title;

    /// <summary>Messages ever written here.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The latest messages, the oldest of them first.</summary>
    public IEnumerable<Message> Latest => _latest;

    public void Add(Message message)
    {
        _latest.Enqueue(message);
        if (Interlocked.Increment(ref _count) > MostLatest)
        {
            _latest.TryDequeue(out _);
        }
    }
}

/// <summary>A message.</summary>
internal sealed record Message(string Id, Topic Topic, string Author, string Text);
