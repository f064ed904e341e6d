package bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The newest price of each of up to 256 sellers, the newest last; stored in binary form. */
final class Market {
  static final int SELLERS = 256;
  static final int ENOUGH_OTHERS = 12;
  static final double HOLD_BELOW = 0.55;

  private final LinkedHashMap<String, Double> prices = new LinkedHashMap<>();

  /** The hold as JSON, null where the price is no reason for one. */
  String take(Price price) {
    prices.remove(price.sellerId());
    int others = prices.size();
    double median = others >= ENOUGH_OTHERS ? median() : 0.0;
    prices.put(price.sellerId(), price.price());
    if (prices.size() > SELLERS) {
      prices.remove(prices.keySet().iterator().next());
    }
    if (price.price() >= HOLD_BELOW * median) {
      return null;
    }
    return "{\"listing_id\":\"" + price.listingId() + "\",\"seller_id\":\"" + price.sellerId()
        + "\",\"product_id\":\"" + price.productId() + "\",\"event_id\":\"" + price.eventId()
        + "\",\"price\":" + price.price() + ",\"median\":" + median + ",\"sellers\":" + others + "}";
  }

  /** The lower of the two in the middle where their number is even. */
  private double median() {
    double[] values = new double[prices.size()];
    int at = 0;
    for (double value : prices.values()) {
      values[at++] = value;
    }
    Arrays.sort(values);
    return values[(values.length - 1) / 2];
  }

  byte[] stored() {
    int size = 2;
    byte[][] names = new byte[prices.size()][];
    int at = 0;
    for (String seller : prices.keySet()) {
      names[at] = seller.getBytes(StandardCharsets.UTF_8);
      size += 2 + names[at++].length + 8;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    bytes.putShort((short) prices.size());
    at = 0;
    for (double value : prices.values()) {
      bytes.putShort((short) names[at].length).put(names[at++]).putDouble(value);
    }
    return bytes.array();
  }

  static Market read(byte[] stored) {
    Market market = new Market();
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    for (int left = bytes.getShort(); left > 0; left--) {
      int length = bytes.getShort();
      String seller = new String(stored, bytes.position(), length, StandardCharsets.UTF_8);
      bytes.position(bytes.position() + length);
      market.prices.put(seller, bytes.getDouble());
    }
    return market;
  }
}
