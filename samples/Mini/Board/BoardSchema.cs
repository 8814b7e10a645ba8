using System.Text.Json.Nodes;
using ApeTest.Mini.Board.Queries;

namespace ApeTest.Mini.Board;

/// <summary>What can be asked of the board, and its answers, for one request.</summary>
internal sealed class BoardSchema(BoardState board, string? token)
{
    private const int LongestText = 2000;

    private const string Text = """
        Query.topics: [Topic!]! # All topics
        Query.messages(topicId: ID!): [Message!]! # The latest messages of a topic
        Query.message(id: ID!): Message # One message; needs a login
        Mutation.login(username: String!, password: String!): Session! # Logs in; the token goes into the Authorization header
        Mutation.sendMessage(topicId: ID!, text: String!): Message! # Sends a message to a topic; needs a login
        Mutation.logout: Boolean! # Logs out
        Topic.id: ID!
        Topic.title: String!
        Topic.messageCount: Int!
        Message.id: ID!
        Message.topicId: ID!
        Message.author: String!
        Message.text: String!
        Session.token: String!
        Session.user: User!
        User.name: String!
        """;

    private static readonly JsonObject Schema = SchemaText.Read(Text);

    /// <summary>Value of a field at the top.</summary>
    public JsonNode? Resolve(string kind, string field, JsonObject arguments) => (kind, field) switch
    {
        ("query", "__schema") => Schema,
        ("query", "topics") => new JsonArray([.. board.Topics.Select(View)]),
        ("query", "messages") => new JsonArray([.. Topic(arguments).Latest.Select(View)]),
        ("query", "message") => User() is not null && board.Message(Argument(arguments, "id")) is { } message ? View(message) : null,
        ("mutation", "login") => Login(Argument(arguments, "username"), Argument(arguments, "password")),
        ("mutation", "sendMessage") => Create(User(), Topic(arguments), Argument(arguments, "text")),
        ("mutation", "logout") => Logout(),
        _ => throw new QueryException($"Cannot query field '{field}' on '{char.ToUpperInvariant(kind[0])}{kind[1..]}'."),
    };

    private JsonObject Login(string name, string password) => SampleUsers.Has(name, password)
        ? new JsonObject { ["__typename"] = "Session", ["token"] = board.Sessions.Open(name), ["user"] = new JsonObject { ["__typename"] = "User", ["name"] = name } }
        : throw new QueryException("Unknown user or wrong password.", "UNAUTHENTICATED");

    private JsonNode Create(string author, Topic topic, string text) => text.Trim().Length is > 0 and <= LongestText
        ? View(board.Add(topic, author, text))
        : throw new QueryException($"text must have 1 to {LongestText} characters.", "BAD_USER_INPUT");

    private JsonNode Logout()
    {
        _ = User();
        board.Sessions.Close(token!);
        return true;
    }

    private string User() => board.Sessions.Find(token) ?? throw new QueryException("Log in first: login(username, password) gives a token.", "UNAUTHENTICATED");

    private Topic Topic(JsonObject arguments) => board.Topic(Argument(arguments, "topicId"))
        ?? throw new QueryException("There is no such topic; topics lists them.", "NOT_FOUND");

    private static string Argument(JsonObject arguments, string name) => arguments[name] is JsonValue value && value.TryGetValue<string>(out var text)
        ? text
        : throw new QueryException($"Argument '{name}' of type String! is required.", "BAD_USER_INPUT");

    private static JsonNode View(Topic topic) => new JsonObject { ["__typename"] = "Topic", ["id"] = topic.Id, ["title"] = topic.Title, ["messageCount"] = topic.Count };

    private static JsonNode View(Message message) => new JsonObject
    {
        ["__typename"] = "Message",
        ["id"] = message.Id,
        ["topicId"] = message.Topic.Id,
        ["author"] = message.Author,
        ["text"] = message.Text,
    };
}
