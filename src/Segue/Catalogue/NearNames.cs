using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Segue.Catalogue;

/// <summary>
/// Finds names by what people write, the nearest form first: as it stands (<see cref="NameKey.Of"/>); without accents, punctuation and "The"
/// (<see cref="NameKey.Loose"/>); without spaces and "and", so that "ACDC" is "AC/DC"; without guests ("feat."). A looser form is looked at only
/// where the nearer ones have nothing. Each form's table is built when it is first needed.
/// </summary>
internal sealed class NearNames(TextColumn names, NameIndex exact)
{
    private static readonly Func<string, string>[] s_forms = [NameKey.Loose, NameKey.Joined, n => NameKey.Joined(ArtistCredit.Main(n))];

    private readonly Lazy<FormIndex>[] _looser = [.. s_forms.Select(f => new Lazy<FormIndex>(() => new FormIndex(names, f)))];

    /// <summary>The rows of the nearest form that any name has; several only where nothing tells them apart.</summary>
    public IReadOnlyList<int> Find(string name) => Tiers(name).FirstOrDefault(t => t.Count > 0) ?? [];

    /// <summary>The one name that is meant, by its first row; -1 where there is none, or where two are equally near.</summary>
    public int FindOnly(string name)
    {
        IReadOnlyList<int> near = Find(name);
        return near.Count > 0 && near.All(row => row == near[0] || NameKey.Of(names[row]) == NameKey.Of(names[near[0]])) ? near[0] : -1;
    }

    /// <summary>What each form finds, the nearest first.</summary>
    public IEnumerable<IReadOnlyList<int>> Tiers(string name)
    {
        yield return exact.FindAll(name);
        foreach (Lazy<FormIndex> form in _looser)
            yield return form.Value.Find(name);
    }
}

/// <summary>Rows by one form of their names; sorted hashes, and a hit is confirmed on the text.</summary>
internal sealed class FormIndex
{
    private readonly TextColumn _names;
    private readonly Func<string, string> _form;
    private readonly ulong[] _hashes;
    private readonly int[] _rows;

    public FormIndex(TextColumn names, Func<string, string> form)
    {
        (_names, _form) = (names, form);
        (_hashes, _rows) = (new ulong[names.Count], new int[names.Count]);
        Parallel.For(0, names.Count, row => (_hashes[row], _rows[row]) = (Hash(form(names[row])), row));
        Array.Sort(_hashes, _rows);
    }

    /// <summary>All rows whose name has this form, ascending.</summary>
    public IReadOnlyList<int> Find(string name)
    {
        string form = _form(name);
        ulong hash = Hash(form);
        int at = Array.BinarySearch(_hashes, hash);
        if (at < 0)
            return [];
        while (at > 0 && _hashes[at - 1] == hash)
            at--;
        List<int> found = [];
        for (; at < _hashes.Length && _hashes[at] == hash; at++)
        {
            if (_form(_names[_rows[at]]) == form)
                found.Add(_rows[at]);
        }

        found.Sort();
        return found;
    }

    private static ulong Hash(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
}
