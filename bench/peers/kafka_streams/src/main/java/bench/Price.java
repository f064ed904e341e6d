package bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What goes from the seller's step to the market's; `answer` is what a roll call asked for, and nothing else then. */
record Price(String productId, String sellerId, String listingId, String eventId, double price, String answer) {

  byte[] stored() {
    byte[][] texts = new byte[5][];
    String[] fields = {productId, sellerId, listingId, eventId, answer};
    int size = 8;
    for (int at = 0; at < fields.length; at++) {
      texts[at] = fields[at].getBytes(StandardCharsets.UTF_8);
      size += 4 + texts[at].length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    for (byte[] text : texts) {
      bytes.putInt(text.length).put(text);
    }
    return bytes.putDouble(price).array();
  }

  static Price read(byte[] stored) {
    ByteBuffer bytes = ByteBuffer.wrap(stored);
    String[] fields = new String[5];
    for (int at = 0; at < fields.length; at++) {
      int length = bytes.getInt();
      fields[at] = new String(stored, bytes.position(), length, StandardCharsets.UTF_8);
      bytes.position(bytes.position() + length);
    }
    return new Price(fields[0], fields[1], fields[2], fields[3], bytes.getDouble(), fields[4]);
  }
}
