using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.ModelFiles;

/// <summary>How columns of other rooms lie in a <see cref="TensorFile"/>: a ragged column is NAME.starts and NAME, an index NAME.hashes and
/// NAME.rows.</summary>
internal static class Columns
{
    public static void Add<T>(this TensorWriter file, string name, Ragged<T> lists)
        where T : unmanaged => file.Add(name + ".starts", lists.Starts).Add(name, lists.Values);

    public static void Add(this TensorWriter file, string name, TextColumn texts) => file.Add(name, texts.Utf8);

    public static void Add(this TensorWriter file, string name, NameIndex index) => file.Add(name + ".hashes", index.Hashes).Add(name + ".rows", index.Rows);

    public static Ragged<T> ReadRagged<T>(this TensorFile file, string name)
        where T : unmanaged => Checked(file, () => new Ragged<T>(file.Read<int>(name + ".starts"), file.Read<T>(name)));

    public static TextColumn ReadText(this TensorFile file, string name) => new(file.ReadRagged<byte>(name));

    public static NameIndex ReadNameIndex(this TensorFile file, string name, TextColumn names) =>
        Checked(file, () => new NameIndex(names, file.Read<ulong>(name + ".hashes"), file.Read<int>(name + ".rows")));

    public static MatrixView ReadMatrix(this TensorFile file, string name)
    {
        IReadOnlyList<long> shape = file.Shape(name);
        return shape.Count == 2
            ? Checked(file, () => new MatrixView(file.Read<float>(name), checked((int)shape[0]), checked((int)shape[1])))
            : throw new ModelFileException(file.Path, $"tensor '{name}' has {shape.Count} dimensions, but 2 were expected");
    }

    /// <summary>Constructors refuse parts that do not fit; here that means a damaged or foreign file.</summary>
    public static T Checked<T>(TensorFile file, Func<T> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new ModelFileException(file.Path, "is damaged: " + e.Message, e);
        }
    }
}
