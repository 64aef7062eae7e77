namespace Segue.Numerics;

/// <summary>The rows that searches of one <see cref="TopK"/> may find. Immutable.</summary>
internal sealed class TopKFilter
{
    private readonly ushort[] _open;
    private readonly int[] _rows;

    internal TopKFilter(TopK owner, Func<int, bool> keep)
    {
        Owner = owner;
        List<int> rows = [];
        bool[] kept = new bool[owner.Rows];
        for (int row = 0; row < kept.Length; row++)
        {
            if (keep(row))
            {
                kept[row] = true;
                rows.Add(row);
            }
        }

        _rows = [.. rows];
        _open = new ushort[owner.Panels.Count];
        ReadOnlySpan<int> rowOf = owner.Panels.RowOf;
        for (int place = 0; place < rowOf.Length; place++)
        {
            if (kept[rowOf[place]])
                _open[place / TopK.PanelRows] |= (ushort)(1 << (place % TopK.PanelRows));
        }
    }

    /// <summary>Rows that may be found, ascending.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    internal TopK Owner { get; }

    /// <summary>So few that scoring each in full is less work than the first pass over all: nearly every panel has a row of them, one at a
    /// time.</summary>
    internal bool IsNarrow => _rows.Length * 32L <= Owner.Rows;

    /// <summary>Bit r: whether row r of a panel may be found.</summary>
    internal uint Open(int panel) => _open[panel];
}
