using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>Puts a <see cref="ByteTemplate"/> together; bytes that follow one another become one part.</summary>
/// <param name="scope">Knows the values by name.</param>
internal sealed class ByteTemplateBuilder(ValueScope scope)
{
    private readonly List<BytePart> _parts = [];
    private readonly ByteBuffer _literal = new();

    /// <summary>Adds bytes as they are.</summary>
    public ByteTemplateBuilder Literal(ReadOnlySpan<byte> bytes)
    {
        _literal.Write(bytes);
        return this;
    }

    /// <summary>Adds characters as they are.</summary>
    public ByteTemplateBuilder Literal(string text) => Literal(Encoding.UTF8.GetBytes(text));

    /// <summary>Adds a text of the scenario; all of it is escaped for its place.</summary>
    /// <param name="text">Text with placeholders.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="isSecret">Whether its values travel where credentials do, and are shown nowhere.</param>
    public ByteTemplateBuilder Text(string text, Place place, bool isSecret = false)
    {
        foreach (var segment in scope.Parse(text, isSecret).Segments)
        {
            Add(segment, place, isWritten: false);
        }
        return this;
    }

    /// <summary>Adds a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="isWritten">Whether characters of the text itself are written for the place already, so that only values are escaped.</param>
    public void Add(TemplateSegment segment, Place place, bool isWritten)
    {
        switch (segment.Kind)
        {
            case TemplateSegmentKind.Name:
                Add(BytePart.Of(scope.Slot(segment.Text), place));
                break;
            case TemplateSegmentKind.Generator:
                Add(BytePart.Of(segment.Generator!, place));
                break;
            default:
                var bytes = Encoding.UTF8.GetBytes(segment.Text);
                if (isWritten)
                {
                    _literal.Write(bytes);
                }
                else if (Escapes.Write(place, bytes, _literal) is { } wrong)
                {
                    scope.Fail($"a text {wrong} and cannot stand there", "Remove it.");
                }
                break;
        }
    }

    /// <summary>Adds what another template has.</summary>
    public void Add(ByteTemplate template)
    {
        foreach (ref readonly var part in template.Parts)
        {
            if (part.Literal is { } literal)
            {
                _literal.Write(literal);
            }
            else
            {
                Add(part);
            }
        }
    }

    /// <summary>What was added.</summary>
    public ByteTemplate Build()
    {
        Flush();
        return _parts.Count == 0 ? ByteTemplate.Empty : new ByteTemplate([.. _parts]);
    }

    private void Add(BytePart part)
    {
        Flush();
        _parts.Add(part);
    }

    private void Flush()
    {
        if (_literal.Length > 0)
        {
            _parts.Add(BytePart.Of(_literal.Span.ToArray()));
            _literal.Clear();
        }
    }
}
