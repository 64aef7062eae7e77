namespace Segue.Import;

/// <summary>
/// The times of one column. Whether 3/4/2022 is in March or in April is decided over the whole column: by the first date with a day after the
/// twelfth, before or behind it; until then such times are open.
/// </summary>
/// <param name="order">What a person says of it.</param>
/// <param name="zone">Where times without a zone were written down; null for UTC.</param>
internal sealed class TimeColumn(DateOrder order, TimeZoneInfo? zone)
{
    private bool _isSaid = order != DateOrder.Open;

    public DateOrder Order { get; private set; } = order;

    public TimeReading Read(string text, out DateTimeOffset? at)
    {
        if (!_isSaid && WrittenTime.TryParse(text.Trim(), out WrittenTime written) && written.Order != DateOrder.Open)
            (Order, _isSaid) = (written.Order, true);
        return HistoryTime.Read(text, out at, Order, zone, isSheet: true);
    }
}
