package bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** What is remembered of a seller: counters and open returns; stored in binary form. */
final class Seller {
  record Open(int step, double amount, String since) {}

  int events;
  int published;
  int changed;
  int requested;
  int refunded;
  double refundedSum;
  String registered = "";
  final Map<String, Open> open = new HashMap<>();

  /** Counters and open returns; whether the market of the product has to know. */
  boolean take(Event event) {
    events++;
    switch (event.type) {
      case "listing_changed" -> {
        changed++;
        return true;
      }
      case "listing_published" -> {
        published++;
        return true;
      }
      case "return_requested" -> {
        requested++;
        open.put(event.returnId, new Open(0, event.amount, event.eventTime));
      }
      case "return_accepted" -> step(event, 1);
      case "return_shipped" -> step(event, 2);
      case "return_delivered" -> step(event, 3);
      case "refund_issued" -> {
        refunded++;
        refundedSum += event.amount;
        open.remove(event.returnId);
      }
      case "seller_registered" -> registered = event.eventTime;
      default -> { }
    }
    return false;
  }

  private void step(Event event, int step) {
    Open held = open.get(event.returnId);
    if (held != null) {
      open.put(event.returnId, new Open(step, held.amount, event.eventTime));
    }
  }

  /** What the state says to a roll call, as JSON. */
  String answer(String sellerId) {
    StringBuilder said = new StringBuilder();
    said.append("{\"seller_id\":\"").append(sellerId).append("\",\"events\":").append(events);
    said.append(",\"published\":").append(published).append(",\"changed\":").append(changed);
    said.append(",\"requested\":").append(requested).append(",\"refunded\":").append(refunded);
    String ids = String.join("\",\"", new TreeSet<>(open.keySet()));
    return said.append(",\"open\":[").append(ids.isEmpty() ? "" : "\"" + ids + "\"").append("]}").toString();
  }

  byte[] stored() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 64 * open.size());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (int count : new int[] {events, published, changed, requested, refunded}) {
        out.writeInt(count);
      }
      out.writeDouble(refundedSum);
      out.writeUTF(registered);
      out.writeInt(open.size());
      for (Map.Entry<String, Open> held : open.entrySet()) {
        out.writeUTF(held.getKey());
        out.writeByte(held.getValue().step);
        out.writeDouble(held.getValue().amount);
        out.writeUTF(held.getValue().since);
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return bytes.toByteArray();
  }

  static Seller read(byte[] stored) {
    Seller seller = new Seller();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      seller.events = in.readInt();
      seller.published = in.readInt();
      seller.changed = in.readInt();
      seller.requested = in.readInt();
      seller.refunded = in.readInt();
      seller.refundedSum = in.readDouble();
      seller.registered = in.readUTF();
      for (int left = in.readInt(); left > 0; left--) {
        seller.open.put(in.readUTF(), new Open(in.readByte(), in.readDouble(), in.readUTF()));
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return seller;
  }
}
