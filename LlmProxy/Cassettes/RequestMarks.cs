using System.Text.Json;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>One number for each setting and each message of a canonical request, by which two are compared without their texts.</summary>
internal static class RequestMarks
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    /// <summary>The model and the marks.</summary>
    public static (string Model, int[] Marks) Read(byte[] request)
    {
        using var document = JsonDocument.Parse(request, Deep);
        List<int> marks = [];
        var model = "";
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return (model, []);
        }

        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name == "model" && member.Value.ValueKind == JsonValueKind.String)
            {
                model = member.Value.GetString()!;
            }
            else if (member.Value.ValueKind == JsonValueKind.Array)
            {
                marks.AddRange(member.Value.EnumerateArray().Index().Select(item => HashCode.Combine(member.Name, item.Index, item.Item.GetRawText())));
            }
            else
            {
                marks.Add(HashCode.Combine(member.Name, member.Value.GetRawText()));
            }
        }

        return (model, [.. marks]);
    }
}
