using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Writes a node as the JSON that it stands for, to be compared with a response.</summary>
internal static class NodeJson
{
    public static string Write(Node node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        // Relaxed: the text is compared and shown, never put into HTML.
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, node);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, Node node)
    {
        switch (node)
        {
            case ScalarNode { Kind: ScalarKind.Null }:
                writer.WriteNullValue();
                break;
            case ScalarNode { Kind: ScalarKind.Boolean } scalar:
                writer.WriteBooleanValue(scalar.Text[0] is 't' or 'T');
                break;
            case ScalarNode { Kind: ScalarKind.Integer } scalar when long.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var integer):
                writer.WriteNumberValue(integer);
                break;
            case ScalarNode { Kind: ScalarKind.Integer or ScalarKind.Number } scalar
                when double.TryParse(scalar.Text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case ScalarNode scalar:
                writer.WriteStringValue(scalar.Text);
                break;
            case SequenceNode sequence:
                writer.WriteStartArray();
                sequence.Items.ForEach(item => Write(writer, item));
                writer.WriteEndArray();
                break;
            case MappingNode mapping:
                writer.WriteStartObject();
                foreach (var (key, _, value) in mapping.Entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
        }
    }
}
