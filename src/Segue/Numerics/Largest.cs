namespace Segue.Numerics;

/// <summary>The largest of many values; equal values go to the smaller index, so that an order is always the same.</summary>
internal static class Largest
{
    /// <param name="values">NaN and negative infinity are never chosen.</param>
    /// <returns>At most <paramref name="count"/> indices, largest value first.</returns>
    public static int[] Indices(ReadOnlySpan<float> values, int count)
    {
        count = Math.Min(count, values.Length);
        if (count <= 0)
            return [];
        PriorityQueue<int, (float Value, int Index)> kept = new(count, Comparer<(float Value, int Index)>.Create(
            (a, b) => a.Value != b.Value ? a.Value.CompareTo(b.Value) : b.Index.CompareTo(a.Index)));
        float least = float.NegativeInfinity;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] > least))
                continue;
            if (kept.Count == count)
                kept.DequeueEnqueue(i, (values[i], i));
            else
                kept.Enqueue(i, (values[i], i));
            if (kept.Count == count && kept.TryPeek(out _, out var worst))
                least = worst.Value;
        }

        int[] indices = new int[kept.Count];
        for (int k = indices.Length - 1; k >= 0; k--)
            indices[k] = kept.Dequeue();
        return indices;
    }
}
