using System.Globalization;
using ApeTest.Shop.Storage;

namespace ApeTest.Mini.Board;

/// <summary>Topics, messages and who is logged in. Bounded: the oldest message makes room.</summary>
internal sealed class BoardState
{
    private const int MostMessages = 100_000;

    private readonly BoundedStore<string, Message> _messages = new(MostMessages, StringComparer.Ordinal);
    private long _lastMessage;

    /// <summary>The topics.</summary>
    public IReadOnlyList<Topic> Topics { get; } = [new("t-1", "Announcements"), new("t-2", "Questions"), new("t-3", "Off topic")];

    /// <summary>Sessions, each the name of its user.</summary>
    public SessionBook<string> Sessions { get; } = new();

    /// <summary>The topic of that id or title; null for none.</summary>
    public Topic? Topic(string? id) => Topics.FirstOrDefault(topic => topic.Id == id);

    /// <summary>The message of that id; null for none.</summary>
    public Message? Message(string? id) => id is null ? null : _messages.Find(id);

    /// <summary>Writes a message.</summary>
    public Message Add(Topic topic, string author, string text)
    {
        var message = new Message(string.Create(CultureInfo.InvariantCulture, $"m-{Interlocked.Increment(ref _lastMessage)}"), topic, author, text);
        _messages.TryAdd(message.Id, message);
        topic.Add(message);
        return message;
    }
}
