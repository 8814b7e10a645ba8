namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Workspaces, boards, cards: three parents deep, flags instead of a status, checklists, archiving by PUT, labels by name.</summary>
internal sealed class WorkApi : SimulatedApi
{
    private readonly List<(string Id, string Board, string Name, bool Done)> _cards =
        [("k1", "b1", "Pick a date", false), ("k2", "b2", "Book the hall", false), ("k3", "b3", "Fix the fence", false), ("k4", "b3", "Paint the door", true)];

    public WorkApi()
    {
        Map("GetWorkspaces", "GET /workspaces - Workspaces", "", _ => new(200, new[] { new { id = "w1", name = "Events" }, new { id = "w2", name = "House" } }));
        Map("GetBoards", "GET /workspaces/{workspaceId}/boards - Boards of a workspace", "workspaceId:string!", arguments => new(200,
            Text(arguments, "workspaceId") == "w1" ? new[] { new { id = "b1", name = "Summer party" }, new { id = "b2", name = "Wedding" } } : [new { id = "b3", name = "Repairs" }]));
        Map("CreateBoard", "POST /workspaces/{workspaceId}/boards - New board", "workspaceId:string! name:string!", arguments =>
        {
            Effects.Add($"board {Text(arguments, "workspaceId")} {Text(arguments, "name")}");
            return new(201, new { id = "b9", name = Text(arguments, "name") });
        });
        Map("GetCards", "GET /workspaces/{workspaceId}/boards/{boardId}/cards - Cards of a board", "workspaceId:string! boardId:string!", arguments =>
            Fits(Text(arguments, "workspaceId"), Text(arguments, "boardId")) ? new(200, _cards.Where(card => card.Board == Text(arguments, "boardId")).Select(card => new { id = card.Id, name = card.Name, done = card.Done })) : Problem(404, "No such board."));
        Map("CreateCard", "POST /workspaces/{workspaceId}/boards/{boardId}/cards - New card", "workspaceId:string! boardId:string! name:string! due:string(date) labels:[string]", arguments =>
        {
            if (!Fits(Text(arguments, "workspaceId"), Text(arguments, "boardId")))
            {
                return Problem(404, "No such board.");
            }

            _cards.Add(("k9", Text(arguments, "boardId"), Text(arguments, "name"), false));
            Effects.Add($"card {Text(arguments, "boardId")} {Text(arguments, "name")} {Text(arguments, "due")}".TrimEnd());
            return new(201, new { id = "k9" });
        });
        Map("UpdateCard", "PATCH /workspaces/{workspaceId}/boards/{boardId}/cards/{cardId} - Change a card", "workspaceId:string! boardId:string! cardId:string! name:string done:boolean due:string(date) archived:boolean", arguments =>
        {
            var change = string.Join(',', arguments.Where(pair => !pair.Key.EndsWith("Id", StringComparison.Ordinal)).Select(pair => $"{pair.Key}={pair.Value}"));
            if (!_cards.Exists(card => card.Id == Text(arguments, "cardId") && card.Board == Text(arguments, "boardId")) || !Fits(Text(arguments, "workspaceId"), Text(arguments, "boardId")))
            {
                return Problem(404, "No such card.");
            }

            Effects.Add($"change {Text(arguments, "cardId")} {change}");
            return change.Length > 0 ? new(200, new { id = Text(arguments, "cardId") }) : Problem(400, "Nothing to change.");
        });
        Map("AddChecklistItem", "POST /workspaces/{workspaceId}/boards/{boardId}/cards/{cardId}/checklist - Add an item to the checklist of a card", "workspaceId:string! boardId:string! cardId:string! text:string!", arguments =>
        {
            Effects.Add($"check {Text(arguments, "cardId")} {Text(arguments, "text")}");
            return _cards.Exists(card => card.Id == Text(arguments, "cardId") && card.Board == Text(arguments, "boardId")) ? new(201, new { id = "i1" }) : Problem(404, "No such card.");
        });
        Map("MoveCard", "POST /workspaces/{workspaceId}/boards/{boardId}/cards/{cardId}/move - Move a card to another board", "workspaceId:string! boardId:string! cardId:string! targetBoardId:string!", arguments =>
        {
            Effects.Add($"move {Text(arguments, "cardId")} from {Text(arguments, "boardId")} to {Text(arguments, "targetBoardId")}");
            return new(200, new { id = Text(arguments, "cardId") });
        });
    }

    private static bool Fits(string workspace, string board) => (workspace, board) is ("w1", "b1") or ("w1", "b2") or ("w2", "b3") || board == "b9";
}
