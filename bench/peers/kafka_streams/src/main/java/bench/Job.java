package bench;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The job of bench/job.md: state by seller, repartitioned by product, markets by product; both in RocksDB. */
public final class Job {
  private static final String SELLERS = "sellers";
  private static final String MARKETS = "markets";

  private static boolean inWork;

  private Job() {}

  public static void main(String[] arguments) {
    KafkaStreams streams = new KafkaStreams(topology(), settings());
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse
          .SHUTDOWN_APPLICATION;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
    streams.start();
  }

  private static Properties settings() {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, System.getenv("BENCH_GROUP"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, System.getenv("BENCH_BOOTSTRAP"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, System.getenv("BENCH_FOLDER"));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 128L << 20);
    String seconds = System.getenv("BENCH_COMMIT_S");
    if (seconds != null && !seconds.isEmpty()) {
      settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, (long) (1000 * Double.parseDouble(seconds)));
    }
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
    return settings;
  }

  private static Topology topology() {
    StreamsBuilder builder = new StreamsBuilder();
    Serde<Price> prices = serde(Price::stored, Price::read);
    builder.addStateStore(store(SELLERS, serde(Seller::stored, Seller::read)));
    builder.addStateStore(store(MARKETS, serde(Market::stored, Market::read)));
    builder
        .stream(List.of(System.getenv("BENCH_TOPICS").split(",")), Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .process(BySeller::new, SELLERS)
        .repartition(Repartitioned.with(Serdes.String(), prices).withName("product"))
        .process(ByProduct::new, MARKETS)
        .to(System.getenv("BENCH_HOLDS"), Produced.with(Serdes.String(), Serdes.String()));
    return builder.build();
  }

  /** The first event in hand opens the measuring window. */
  private static void openWindow() {
    if (!inWork) {
      inWork = true;
      System.err.println("in work");
    }
  }

  private static <T> StoreBuilder<KeyValueStore<String, T>> store(String name, Serde<T> serde) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), serde)
        .withCachingEnabled();
  }

  private static <T> Serde<T> serde(Function<T, byte[]> store, Function<byte[], T> read) {
    return Serdes.serdeFrom(
        (topic, value) -> value == null ? null : store.apply(value),
        (topic, stored) -> stored == null ? null : read.apply(stored));
  }

  /** Counters and open returns of the seller; prices go on by product. */
  private static final class BySeller implements Processor<String, byte[], String, Price> {
    private ProcessorContext<String, Price> context;
    private KeyValueStore<String, Seller> sellers;

    @Override
    public void init(ProcessorContext<String, Price> context) {
      this.context = context;
      this.sellers = context.getStateStore(SELLERS);
    }

    @Override
    public void process(Record<String, byte[]> record) {
      openWindow();
      Event event = Event.read(record.value());
      Seller held = sellers.get(event.sellerId);
      Seller seller = held == null ? new Seller() : held;
      if (event.type.equals("seller_active")) {
        String answer = seller.answer(event.sellerId);
        Price told = new Price(event.sellerId, event.sellerId, "", "", 0.0, answer);
        context.forward(new Record<>(event.sellerId, told, record.timestamp()));
        return;
      }
      boolean isPrice = seller.take(event);
      sellers.put(event.sellerId, seller);
      if (isPrice) {
        Price price =
            new Price(event.productId, event.sellerId, event.listingId, event.eventId, event.price, "");
        context.forward(new Record<>(event.productId, price, record.timestamp()));
      }
    }
  }

  /** The newest prices of the product; a hold where one is far below the others. */
  private static final class ByProduct implements Processor<String, Price, String, String> {
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, Market> markets;

    @Override
    public void init(ProcessorContext<String, String> context) {
      this.context = context;
      this.markets = context.getStateStore(MARKETS);
    }

    @Override
    public void process(Record<String, Price> record) {
      openWindow();
      Price price = record.value();
      if (!price.answer().isEmpty()) {
        context.forward(new Record<>(price.sellerId(), price.answer(), record.timestamp()));
        return;
      }
      Market held = markets.get(price.productId());
      Market market = held == null ? new Market() : held;
      String hold = market.take(price);
      markets.put(price.productId(), market);
      if (hold != null) {
        context.forward(new Record<>(price.listingId(), hold, record.timestamp()));
      }
    }
  }
}
